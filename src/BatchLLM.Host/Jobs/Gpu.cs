using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Libraries;
using BatchLLM.Host.Commands;

namespace BatchLLM.Host.Jobs;

/// <summary>Takes a GPU of this machine.</summary>
internal static class Gpu
{
    private const string LibraryDirectories = "BATCHLLM_CUDA_LIBRARIES";

    /// <summary>Takes it.</summary>
    /// <param name="ordinal">Its number.</param>
    /// <exception cref="BatchLLMException">The driver, the GPU or a library is missing or too old; one sentence says which.</exception>
    public static CudaDevice Open(int ordinal)
    {
        CudaLibraries.SearchIn(
            Environment.GetEnvironmentVariable(LibraryDirectories)?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? []);
        return new CudaDevice(new CudaDeviceOptions(
            ordinal, RootOptions.DefaultFolder("gpu"), Path.Combine(AppContext.BaseDirectory, "cubins")));
    }
}
