using BatchLLM.Cuda.Devices;
using BatchLLM.GpuCheck.Reports;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>A kernel's numbers, and what the CPU makes of them.</summary>
/// <param name="Name">For people.</param>
/// <param name="Run">Runs it on a device.</param>
internal sealed record KernelVector(string Name, Func<IDevice, VectorResult> Run)
{
    /// <summary>Runs it twice: what is well must be the same bits again, or threads do not wait for each other.</summary>
    public CheckResult Check(IDevice device)
    {
        var (one, other) = (Run(device), Run(device));
        var fault = one.Fault ?? (one.Bits.AsSpan().SequenceEqual(other.Bits) ? "" : "the second run has other bits");
        return CheckResult.Of(Name, fault.Length == 0, fault);
    }
}
