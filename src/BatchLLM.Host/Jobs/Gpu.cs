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
    /// <exception cref="BatchLLMException">
    /// The driver, the GPU or a library is missing or too old; one sentence says which. That is this machine's fault and no job's:
    /// another worker may have what is missing here, so it is transient.
    /// </exception>
    public static CudaDevice Open(int ordinal)
    {
        try
        {
            return Take(ordinal);
        }
        catch (BatchLLMException exception) when (exception is not DeviceLostException)
        {
            throw new BatchLLMException(exception.Message, isTransient: true, exception);
        }
    }

    private static CudaDevice Take(int ordinal)
    {
        CudaLibraries.SearchIn(
            Environment.GetEnvironmentVariable(LibraryDirectories)?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? []);
        return new CudaDevice(new CudaDeviceOptions(
            ordinal, RootOptions.DefaultFolder("gpu"), Path.Combine(AppContext.BaseDirectory, "cubins")));
    }
}
