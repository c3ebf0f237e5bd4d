using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>Parameter of the kernels of w4.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct W4ProductArguments
{
    /// <summary>BF16 // [rows, depth]</summary>
    public ulong X { get; init; }

    /// <summary>As <see cref="Weights.W4Encoder"/> lays them out.</summary>
    public ulong Codes { get; init; }

    /// <summary>As <see cref="Weights.W4Encoder"/> lays them out.</summary>
    public ulong Scales { get; init; }

    /// <summary>BF16 or float32 // [rows, columns]</summary>
    public ulong Y { get; init; }

    /// <summary>Sums of slices, where each has a block.</summary>
    public ulong Partials { get; init; }

    /// <summary>Slices that are there; 0 before and after.</summary>
    public ulong Arrived { get; init; }

    /// <summary>Of x and y.</summary>
    public int Rows { get; init; }

    /// <summary>A multiple of 8.</summary>
    public int Columns { get; init; }

    /// <summary>A multiple of 8.</summary>
    public int Depth { get; init; }

    /// <summary>Of a row's sums; at most as many as there are tiles.</summary>
    public int Slices { get; init; }

    /// <summary>INT4: log2 of the inputs that share a scale.</summary>
    public int GroupShift { get; init; }

    /// <summary>1 if y is float32.</summary>
    public int IsFloat { get; init; }
}
