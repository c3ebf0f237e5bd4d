using BatchLLM.Cuda.Libraries;
using Xunit;

namespace BatchLLM.CudaTests;

/// <summary>
/// NVIDIA's libraries, where a developer has them: installed, or in the directories that BATCHLLM_CUDA_LIBRARIES names, parted by
/// colons. Tests of the bindings skip where they are missing; nothing of them is in this repository.
/// </summary>
internal static class NvidiaLibraries
{
    private static readonly string[] Directories =
        Environment.GetEnvironmentVariable("BATCHLLM_CUDA_LIBRARIES")?.Split(':', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>Skips the test unless a library can be loaded.</summary>
    public static void Need(CudaLibrary library)
    {
        Assert.SkipUnless(TryLoad(library), $"{library.FileNames[0].File} is not on this machine; BATCHLLM_CUDA_LIBRARIES may name where it is.");
    }

    private static bool TryLoad(CudaLibrary library)
    {
        foreach (var directory in Directories)
        {
            CudaLibraries.SearchIn(directory);
            if (CudaLibraries.TryLoad(library, out _))
            {
                break;
            }
        }

        CudaLibraries.SearchIn(null);
        return CudaLibraries.TryLoad(library, out _);
    }
}
