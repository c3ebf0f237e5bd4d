using System.Diagnostics;
using BatchLLM.Cuda.Devices;
using BatchLLM.GpuCheck.Reports;

namespace BatchLLM.GpuCheck.Parts;

/// <summary>Whether every kernel source compiles for the GPU and loads, and how long that takes.</summary>
internal static class CompileCheck
{
    /// <summary>Compiles one after the other.</summary>
    public static IEnumerable<CheckResult> Run(CudaDevice device)
    {
        foreach (var source in CudaDevice.KernelSources)
        {
            var start = Stopwatch.GetTimestamp();
            device.LoadKernels(source);
            yield return CheckResult.Measured($"kernels/{source}.cu compiled and loaded", Stopwatch.GetElapsedTime(start).TotalSeconds, "s", "or taken from the cache");
        }
    }
}
