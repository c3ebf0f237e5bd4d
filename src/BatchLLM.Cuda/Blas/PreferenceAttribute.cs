namespace BatchLLM.Cuda.Blas;

/// <summary>What a search for algorithms is bounded by (cublasLtMatmulPreferenceAttributes_t).</summary>
internal enum PreferenceAttribute
{
    /// <summary>Bytes of workspace; 8 bytes.</summary>
    MaxWorkspaceBytes = 1,

    /// <summary>Which ways of adding partial sums are allowed, bit by bit; 4 bytes. 0 is none: no sum is split.</summary>
    ReductionSchemeMask = 3,
}
