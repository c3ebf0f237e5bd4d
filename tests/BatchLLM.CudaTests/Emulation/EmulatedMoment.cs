using System.Diagnostics;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.CudaTests.Emulation;

/// <summary>What is queued has run at once, so a moment is the time of the clock.</summary>
internal sealed class EmulatedMoment : IMoment
{
    private readonly long _timestamp = Stopwatch.GetTimestamp();

    public double MillisecondsSince(IMoment earlier) =>
        Stopwatch.GetElapsedTime(((EmulatedMoment)earlier)._timestamp, _timestamp).TotalMilliseconds;

    public void Dispose()
    {
        // Nothing is held.
    }
}
