namespace BatchLLM.Cuda.Blas;

/// <summary>
/// Attributes of a product's descriptor that are set (cublasLtMatmulDescAttributes_t). Wrong numbers circulate in public code;
/// a test holds the sizes that the library tells of these against what is set.
/// </summary>
internal enum DescriptorAttribute
{
    /// <summary>Whether the first operand is transposed; 4 bytes.</summary>
    TransposeA = 3,

    /// <summary>Whether the second operand is transposed; 4 bytes.</summary>
    TransposeB = 4,

    /// <summary>Address of the first operand's scales; 8 bytes.</summary>
    ScalesA = 17,

    /// <summary>Address of the second operand's scales; 8 bytes.</summary>
    ScalesB = 18,

    /// <summary>Whether FP8 sums may stay in the tensor cores' short accumulators; 1 byte.</summary>
    FastAccumulation = 25,

    /// <summary>What the first operand's scales are of (<see cref="ScaleMode"/>); 4 bytes. From 12.8.</summary>
    ScaleModeA = 31,

    /// <summary>What the second operand's scales are of (<see cref="ScaleMode"/>); 4 bytes. From 12.8.</summary>
    ScaleModeB = 32,
}
