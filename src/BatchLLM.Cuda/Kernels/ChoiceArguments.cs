using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>Parameter of the kernels in choice.cu. Addresses of 0 stand for what is left out.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ChoiceArguments
{
    /// <summary>
    /// float32, or int32; afterwards logits as float32 with scales and penalties, and weights where a token was drawn.
    /// // [rows, stride]
    /// </summary>
    public ulong Logits { get; init; }

    /// <summary>0 is 1. // [rows] of float32</summary>
    public ulong RowScales { get; init; }

    /// <summary>0 is 1. // [vocabulary] of float32</summary>
    public ulong ColumnScales { get; init; }

    /// <summary>How each row's token is chosen. // [rows] of <see cref="ChoiceRow"/></summary>
    public ulong Rows { get; init; }

    /// <summary>Distinct tokens of the rows with penalties. // of int32</summary>
    public ulong PenaltyTokens { get; init; }

    /// <summary>How often each was generated. // of int32</summary>
    public ulong PenaltyCounts { get; init; }

    /// <summary>Receives tokens, or <see cref="Inference.IModelRunner.NotFinite"/>. // [slots] of int32</summary>
    public ulong Chosen { get; init; }

    /// <summary>Tokens.</summary>
    public int Vocabulary { get; init; }

    /// <summary>Columns of the product, at least the vocabulary.</summary>
    public int Stride { get; init; }

    /// <summary>Of the product.</summary>
    public float Scale { get; init; }
}
