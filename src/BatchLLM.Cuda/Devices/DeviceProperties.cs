namespace BatchLLM.Cuda.Devices;

/// <summary>What a device is.</summary>
/// <param name="Name">As its driver names it.</param>
/// <param name="Major">Compute capability, for example 9 of 9.0.</param>
/// <param name="Minor">Compute capability, for example 0 of 9.0.</param>
/// <param name="MultiprocessorCount">Streaming multiprocessors.</param>
/// <param name="SharedBytesPerBlock">Most dynamic shared memory that one block may ask for.</param>
/// <param name="MemoryBytes">Its memory in all.</param>
public sealed record DeviceProperties(
    string Name, int Major, int Minor, int MultiprocessorCount, int SharedBytesPerBlock, long MemoryBytes)
{
    /// <summary>Version of cuBLASLt, which multiplies for it, as the library counts: 120804 is 12.8.4.</summary>
    public int ProductsVersion { get; init; }
}
