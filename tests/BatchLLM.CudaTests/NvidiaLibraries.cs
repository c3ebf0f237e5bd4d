using BatchLLM.Cuda.Libraries;
using Xunit;

namespace BatchLLM.CudaTests;

/// <summary>
/// NVIDIA's libraries, where a developer has them: installed, or in the directories that BATCHLLM_CUDA_LIBRARIES names, parted by
/// colons. Tests of the bindings skip where they are missing; nothing of them is in this repository.
/// </summary>
internal static class NvidiaLibraries
{
    /// <summary>Skips the test unless a library can be loaded.</summary>
    public static void Need(CudaLibrary library)
    {
        CudaLibraries.SearchIn(Environment.GetEnvironmentVariable("BATCHLLM_CUDA_LIBRARIES")?.Split(':') ?? []);
        var isThere = CudaLibraries.TryLoad(library, out var tried);
        CudaLibraries.SearchIn([]);
        Assert.SkipUnless(isThere, $"{tried[0]} is not on this machine; BATCHLLM_CUDA_LIBRARIES may name the directory that has it.");
    }
}
