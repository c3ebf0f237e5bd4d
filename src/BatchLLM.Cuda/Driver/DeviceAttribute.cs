namespace BatchLLM.Cuda.Driver;

/// <summary>What a device can be asked (CUDA's driver API, CUdevice_attribute).</summary>
internal enum DeviceAttribute
{
    /// <summary>Streaming multiprocessors.</summary>
    MultiprocessorCount = 16,

    /// <summary>Compute capability's first number.</summary>
    ComputeMajor = 75,

    /// <summary>Compute capability's second number.</summary>
    ComputeMinor = 76,

    /// <summary>Most dynamic shared memory of a block whose kernel asks for it.</summary>
    SharedBytesPerBlockOptIn = 97,
}
