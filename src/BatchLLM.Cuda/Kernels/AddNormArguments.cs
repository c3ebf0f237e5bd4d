using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>Parameter of the kernels in norm.cu. Addresses of 0 stand for what is left out.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct AddNormArguments
{
    /// <summary>What is added to the residual, BF16 or int32; 0 for nothing. // [rows, hidden]</summary>
    public ulong Product { get; init; }

    /// <summary>Of the product; 0 is 1. // [rows] of float32</summary>
    public ulong RowScales { get; init; }

    /// <summary>Of the product; 0 is 1. // [hidden] of float32</summary>
    public ulong ColumnScales { get; init; }

    /// <summary>Rows to work on; 0 for all. // [output rows] of int32</summary>
    public ulong RowList { get; init; }

    /// <summary>Changed in place. // [rows, hidden] of float32</summary>
    public ulong Residual { get; init; }

    /// <summary>The norm's. // [hidden] of float32</summary>
    public ulong Weight { get; init; }

    /// <summary>The next product's input. // [output rows, hidden]</summary>
    public ulong Output { get; init; }

    /// <summary>Written by forms with a scale per row, float32 // [output rows], or per block, in tiles.</summary>
    public ulong OutputScales { get; init; }

    /// <summary>A multiple of 8; of 16 where blocks have scales.</summary>
    public int Hidden { get; init; }

    /// <summary>Of the product.</summary>
    public float ProductScale { get; init; }

    /// <summary>Of the forms with a static scale.</summary>
    public float OutputScale { get; init; }

    /// <summary>Added to the mean of squares.</summary>
    public float Epsilon { get; init; }
}
