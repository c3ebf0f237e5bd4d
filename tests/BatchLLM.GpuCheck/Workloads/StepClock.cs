using System.Diagnostics;
using BatchLLM.Inference;

namespace BatchLLM.GpuCheck.Workloads;

/// <summary>How long each step of a run took. Told on the computing thread, read when the run has ended.</summary>
internal sealed class StepClock : IProgress<StepReport>
{
    private long _last = Stopwatch.GetTimestamp();

    /// <summary>The steps, with the seconds since the one before.</summary>
    public List<(StepReport Step, double Seconds)> Steps { get; } = [];

    /// <inheritdoc/>
    public void Report(StepReport value)
    {
        var now = Stopwatch.GetTimestamp();
        Steps.Add((value, Stopwatch.GetElapsedTime(_last, now).TotalSeconds));
        _last = now;
    }
}
