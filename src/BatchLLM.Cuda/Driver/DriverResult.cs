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

    /// <summary>Memory of the GPU is damaged.</summary>
    EccUncorrectable = 214,

    /// <summary>The link to another GPU is damaged.</summary>
    LinkUncorrectable = 220,

    /// <summary>A kernel read or wrote what is not its own.</summary>
    IllegalAddress = 700,

    /// <summary>A kernel ran for longer than the system allows.</summary>
    LaunchTimeout = 702,

    /// <summary>The context is gone.</summary>
    ContextIsDestroyed = 709,

    /// <summary>A kernel found something that it takes for impossible.</summary>
    Assertion = 710,

    /// <summary>A kernel's stack is damaged.</summary>
    HardwareStackError = 714,

    /// <summary>A kernel came to what is no instruction.</summary>
    IllegalInstruction = 715,

    /// <summary>A kernel used an address that is not a multiple of what it must be.</summary>
    MisalignedAddress = 716,

    /// <summary>A kernel used an address of another kind of memory.</summary>
    InvalidAddressSpace = 717,

    /// <summary>A kernel went on at what is no place of it.</summary>
    InvalidProgramCounter = 718,

    /// <summary>A kernel failed, or the GPU fell off the bus.</summary>
    LaunchFailed = 719,

    /// <summary>Something failed that has no number of its own.</summary>
    Unknown = 999,

    /// <summary>The code is for another architecture.</summary>
    NoBinaryForDevice = 209,

    /// <summary>The code is damaged.</summary>
    InvalidImage = 200,

    /// <summary>The kernel's module and the library do not fit the driver.</summary>
    SystemDriverMismatch = 803,
}
