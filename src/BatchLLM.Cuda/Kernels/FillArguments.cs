using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>Parameter of the kernels in fill.cu.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct FillArguments
{
    /// <summary>What is drawn from. // [65536]</summary>
    public ulong Table { get; init; }

    /// <summary>Receives the elements; on a multiple of four of them. // [count]</summary>
    public ulong Output { get; init; }

    /// <summary>Tells one tensor from another.</summary>
    public ulong Key { get; init; }

    /// <summary>Elements.</summary>
    public ulong Count { get; init; }
}
