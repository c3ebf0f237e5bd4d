using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>Parameter of the kernel in w4_factors.cu.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct W4FactorsArguments
{
    /// <summary>BF16, changed in place. // [rows, depth]</summary>
    public ulong X { get; init; }

    /// <summary>float32 // [depth]</summary>
    public ulong Factors { get; init; }

    /// <summary>A multiple of 8.</summary>
    public int Depth { get; init; }
}
