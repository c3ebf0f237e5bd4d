using BatchLLM.Cuda.Devices;
using BatchLLM.GpuCheck.Reports;

namespace BatchLLM.GpuCheck.Parts;

/// <summary>What the GPU is, and whether copies come back as they went.</summary>
internal static class DeviceCheck
{
    private const int Bytes = 256 << 20;
    private const int Seed = 1;

    /// <summary>Tells, and tries a copy.</summary>
    public static IEnumerable<CheckResult> Run(IDevice device)
    {
        var p = device.Properties;
        yield return CheckResult.Of("GPU", true, $"{p.Name}, compute {p.Major}.{p.Minor}, {p.MultiprocessorCount} multiprocessors");
        yield return CheckResult.Measured("memory", p.MemoryBytes / 1e9, "GB", $"{device.FreeBytes / 1e9:0.0} GB free");
        var sent = new byte[Bytes];
        var received = new byte[Bytes];
        new Random(Seed).NextBytes(sent);
        using var memory = device.Allocate(Bytes);
        device.Upload(sent, memory.Address);
        device.Download(memory.Address, received);
        yield return CheckResult.Of("256 MiB copied there and back", sent.AsSpan().SequenceEqual(received), "");
        var milliseconds = device.Milliseconds(() => device.Fill(memory.Address, 0, Bytes));
        yield return CheckResult.Measured("memory written", Bytes / milliseconds / 1e6, "GB/s", "by one fill of 256 MiB");
    }
}
