using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>Parameter of the kernels in embedding.cu.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct EmbeddingArguments
{
    /// <summary>Ids, or -1 - slot for the token that a slot holds. // [rows] of int32</summary>
    public ulong Tokens { get; init; }

    /// <summary>Tokens that earlier steps chose. // [slots] of int32</summary>
    public ulong Chosen { get; init; }

    /// <summary>// [vocabulary, hidden]</summary>
    public ulong Table { get; init; }

    /// <summary>Written. // [rows, hidden] of float32</summary>
    public ulong Residual { get; init; }

    /// <summary>Elements of a row.</summary>
    public int Hidden { get; init; }
}
