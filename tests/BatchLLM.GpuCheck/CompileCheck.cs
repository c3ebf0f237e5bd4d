using System.Diagnostics;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.GpuCheck;

/// <summary>Whether every kernel source compiles for the GPU and loads, and how long that takes with an empty cache.</summary>
internal static class CompileCheck
{
    public static IEnumerable<CheckResult> Run(CudaDevice device)
    {
        foreach (var source in CudaDevice.KernelSources)
        {
            var start = Stopwatch.GetTimestamp();
            device.LoadKernels(source);
            yield return CheckResult.Measured($"kernels/{source}.cu compiled and loaded", Stopwatch.GetElapsedTime(start).TotalSeconds, "s");
        }
    }
}
