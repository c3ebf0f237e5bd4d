using BatchLLM.Cuda.Libraries;

namespace BatchLLM.Cuda.Driver;

/// <summary>The driver of this machine's GPUs, started.</summary>
/// <param name="Version">CUDA version that it speaks, for example 13000 for 13.0.</param>
/// <param name="DeviceCount">GPUs that this process may use.</param>
internal sealed unsafe record CudaDriver(int Version, int DeviceCount)
{
    // E4M3 conversions and sm_90a came with CUDA 12.
    private const int OldestVersion = 12_000;

    /// <summary>Loads and starts the driver.</summary>
    /// <exception cref="BatchLLMException">No driver, no GPU, or too old a driver; one sentence that says what to do.</exception>
    public static CudaDriver Start()
    {
        CudaLibraries.Require(CudaLibrary.Driver);
        RequireStart(DriverApi.Init(0));
        int version, count;
        DriverCheck.Check(DriverApi.DriverGetVersion(&version), "tell its version");
        RequireVersion(version);
        RequireStart(DriverApi.DeviceGetCount(&count));
        if (count == 0)
        {
            RequireStart(DriverResult.NoDevice);
        }

        CudaLibraries.NoNewerThan(version / 1000);
        return new CudaDriver(version, count);
    }

    /// <summary>Refuses a start that did not succeed.</summary>
    internal static void RequireStart(DriverResult result)
    {
        if (result == DriverResult.Success)
        {
            return;
        }

        throw new BatchLLMException(result switch
        {
            DriverResult.NoDevice =>
                "NVIDIA's driver is installed but sees no GPU; give this process one (nvidia-smi lists them, CUDA_VISIBLE_DEVICES may " +
                "hide them), or run on the CPU with --device cpu.",
            DriverResult.StubLibrary =>
                "libcuda.so.1 is the stub that programs are linked with, not NVIDIA's driver; take its directory out of " +
                "LD_LIBRARY_PATH, or run on the CPU with --device cpu.",
            _ => $"NVIDIA's driver does not start: {DriverCheck.Describe(result)}; see whether nvidia-smi works, or run on the CPU " +
                "with --device cpu.",
        });
    }

    /// <summary>Refuses a driver older than the kernels need.</summary>
    /// <param name="version">CUDA version that it speaks, for example 12040 for 12.4.</param>
    internal static void RequireVersion(int version)
    {
        if (version < OldestVersion)
        {
            throw new BatchLLMException(
                $"NVIDIA's driver speaks CUDA {Name(version)}; expected {Name(OldestVersion)} or newer. Update the driver (525 or newer), " +
                "or run on the CPU with --device cpu.");
        }
    }

    private static string Name(int version) => $"{version / 1000}.{version % 1000 / 10}";
}
