namespace BatchLLM.Cuda.Blas;

/// <summary>What an algorithm can be asked (cublasLtMatmulAlgoConfigAttributes_t).</summary>
internal enum AlgorithmAttribute
{
    /// <summary>Parts that a sum is split into; 4 bytes.</summary>
    SplitCount = 2,

    /// <summary>How they are added; 4 bytes.</summary>
    ReductionScheme = 3,
}
