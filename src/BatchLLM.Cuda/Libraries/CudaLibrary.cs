namespace BatchLLM.Cuda.Libraries;

/// <summary>One of NVIDIA's libraries.</summary>
/// <param name="Name">As bindings name it.</param>
/// <param name="FileNames">
/// Names of its file by CUDA's major version, newest first; the driver's has no version of CUDA in it. // (major, file)
/// </param>
/// <param name="Source">What to install to have it.</param>
internal sealed record CudaLibrary(string Name, IReadOnlyList<(int Major, string File)> FileNames, string Source)
{
    /// <summary>The driver.</summary>
    public const string DriverName = "cuda";

    /// <summary>The run-time compiler.</summary>
    public const string CompilerName = "nvrtc";

    /// <summary>Matrix products.</summary>
    public const string ProductsName = "cublasLt";

    /// <summary>The driver.</summary>
    public static CudaLibrary Driver { get; } = new(DriverName, [(0, "libcuda.so.1")], "NVIDIA's driver for this machine's GPU");

    /// <summary>The run-time compiler.</summary>
    public static CudaLibrary Compiler { get; } = new(
        CompilerName, [(13, "libnvrtc.so.13"), (12, "libnvrtc.so.12")], "the CUDA toolkit's run-time compiler (NVRTC) of CUDA 12 or 13");

    /// <summary>Matrix products.</summary>
    public static CudaLibrary Products { get; } = new(
        ProductsName, [(13, "libcublasLt.so.13"), (12, "libcublasLt.so.12")], "the CUDA toolkit's cuBLAS of CUDA 12 or 13");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<CudaLibrary> All { get; } = [Driver, Compiler, Products];
}
