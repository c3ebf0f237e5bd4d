namespace BatchLLM.Cuda.Blas;

/// <summary>Element types (cudaDataType_t).</summary>
internal enum DataType
{
    /// <summary>float32.</summary>
    Float32 = 0,

    /// <summary>Signed bytes.</summary>
    Int8 = 3,

    /// <summary>Signed 32-bit integers.</summary>
    Int32 = 10,

    /// <summary>BF16.</summary>
    BFloat16 = 14,

    /// <summary>FP8 with four bits of exponent.</summary>
    E4M3 = 28,

    /// <summary>FP4 with two bits of exponent. From 12.8.</summary>
    E2M1 = 33,
}
