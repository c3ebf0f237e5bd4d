using System.Diagnostics;
using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Benchmarks.HostSteps;

/// <summary>Times what the host does from one step's beginning to the next one's.</summary>
/// <param name="runner">Computes nothing; disposed with this.</param>
/// <param name="device">Where it computes that.</param>
internal sealed class StepClock(IModelRunner runner, IdleDevice device) : IModelRunner
{
    private HostStep? _last; // the step begun last
    private long _begun;
    private long _allocated;

    /// <summary>The steps so far, each up to the beginning of the next.</summary>
    public List<HostStep> Steps { get; } = new(1 << 16);

    /// <inheritdoc/>
    public RunnerLimits Limits => runner.Limits;

    /// <inheritdoc/>
    public void Begin(Step step)
    {
        var (now, allocated) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
        if (_last is { } last)
        {
            Steps.Add(last with { Seconds = Seconds(now - _begun), AllocatedBytes = allocated - _allocated });
        }

        (_begun, _allocated) = (now, allocated);
        var (uploaded, launches) = (device.UploadedBytes, device.LaunchCount);
        runner.Begin(step);
        _last = new HostStep(
            step.Slices.Count, step.TokenCount, 0, Seconds(Stopwatch.GetTimestamp() - now), 0, 0, device.UploadedBytes - uploaded,
            device.LaunchCount - launches);
    }

    /// <inheritdoc/>
    public TimeSpan End(Span<int> nextTokens)
    {
        var start = Stopwatch.GetTimestamp();
        var time = runner.End(nextTokens);
        _last = _last!.Value with { TakeSeconds = _last.Value.TakeSeconds + Seconds(Stopwatch.GetTimestamp() - start) };
        return time;
    }

    /// <inheritdoc/>
    public void Abandon() => runner.Abandon();

    /// <inheritdoc/>
    public void Dispose() => runner.Dispose();

    private static double Seconds(long ticks) => (double)ticks / Stopwatch.Frequency;
}
