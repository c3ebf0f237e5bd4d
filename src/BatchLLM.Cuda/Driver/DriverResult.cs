namespace BatchLLM.Cuda.Driver;

/// <summary>Results of the driver that are told apart (CUDA's driver API, CUresult).</summary>
internal enum DriverResult
{
    /// <summary>All went well.</summary>
    Success = 0,

    /// <summary>Too little memory is free.</summary>
    OutOfMemory = 2,

    /// <summary>libcuda is the stub that programs are linked with, not the driver.</summary>
    StubLibrary = 34,

    /// <summary>The driver sees no GPU.</summary>
    NoDevice = 100,

    /// <summary>The code is for another architecture.</summary>
    NoBinaryForDevice = 209,

    /// <summary>The code is damaged.</summary>
    InvalidImage = 200,

    /// <summary>The kernel's module and the library do not fit the driver.</summary>
    SystemDriverMismatch = 803,
}
