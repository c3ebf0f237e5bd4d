using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>Parameter of the kernels in activation.cu. Addresses of 0 stand for what is left out.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ActivationArguments
{
    /// <summary>Gate, then up; BF16 or int32. // [rows, 2 width]</summary>
    public ulong Product { get; init; }

    /// <summary>0 is 1. // [rows] of float32</summary>
    public ulong RowScales { get; init; }

    /// <summary>0 is 1. // [2 width] of float32</summary>
    public ulong ColumnScales { get; init; }

    /// <summary>The next product's input. // [rows, width]</summary>
    public ulong Output { get; init; }

    /// <summary>Written by forms with a scale per row, float32 // [rows], or per block, in tiles.</summary>
    public ulong OutputScales { get; init; }

    /// <summary>A multiple of 8; of 16 where blocks have scales.</summary>
    public int Width { get; init; }

    /// <summary>Of the product.</summary>
    public float ProductScale { get; init; }

    /// <summary>Of the forms with a static scale.</summary>
    public float OutputScale { get; init; }
}
