namespace BatchLLM.Cuda.Blas;

/// <summary>What an operand's scales are of (cublasLtMatmulMatrixScale_t).</summary>
internal enum ScaleMode
{
    /// <summary>One float32 for the whole operand.</summary>
    Whole = 0,

    /// <summary>An unsigned E4M3 for each 16 elements along the depth.</summary>
    Blocks16 = 1,
}
