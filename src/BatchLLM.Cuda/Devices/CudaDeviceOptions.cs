namespace BatchLLM.Cuda.Devices;

/// <summary>Which GPU, and where what is compiled and tried out for it is kept.</summary>
/// <param name="Ordinal">Number of the GPU among those that this process may use, from 0.</param>
/// <param name="CacheDirectory">Receives compiled kernels and choices of algorithms; may be deleted at any time.</param>
/// <param name="ShippedDirectory">Compiled kernels that came with the program; null for none.</param>
public sealed record CudaDeviceOptions(int Ordinal, string CacheDirectory, string? ShippedDirectory = null);
