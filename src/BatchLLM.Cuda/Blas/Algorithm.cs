using System.Runtime.CompilerServices;

namespace BatchLLM.Cuda.Blas;

/// <summary>One way to compute a product, opaque (cublasLtMatmulAlgo_t, 64 bytes). Means the same to one version of the library only.</summary>
[InlineArray(Length)]
internal struct Algorithm
{
    /// <summary>Bytes.</summary>
    public const int Length = 64;

    private byte _first;
}
