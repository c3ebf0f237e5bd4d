using System.Diagnostics;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.CudaTests.Emulation;

/// <summary>Time of the processor: what is queued runs at once.</summary>
internal sealed class EmulatedTimer : IDeviceTimer
{
    private long _start;

    public TimeSpan Elapsed { get; private set; }

    public void Start() => _start = Stopwatch.GetTimestamp();

    public void Stop() => Elapsed = Stopwatch.GetElapsedTime(_start);

    public void Dispose()
    {
        // Nothing is held.
    }
}
