namespace BatchLLM.Cuda.Blas;

/// <summary>Results of cuBLASLt (cublasStatus_t).</summary>
internal enum BlasStatus
{
    /// <summary>All went well.</summary>
    Success = 0,

    /// <summary>No device, or the library is not set up.</summary>
    NotInitialized = 1,

    /// <summary>Too little memory.</summary>
    AllocationFailed = 3,

    /// <summary>A parameter is wrong.</summary>
    InvalidValue = 7,

    /// <summary>The GPU lacks what is asked for.</summary>
    ArchitectureMismatch = 8,

    /// <summary>The library has no algorithm for it.</summary>
    NotSupported = 15,
}
