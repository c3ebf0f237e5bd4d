using System.Diagnostics;
using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Benchmarks.HostSteps;

/// <summary>Times what the host does from one step's beginning to the next one's.</summary>
/// <param name="runner">Computes nothing; disposed with this.</param>
internal sealed class StepClock(IModelRunner runner) : IModelRunner
{
    private readonly Queue<(int Slices, int Tokens)> _inFlight = new();
    private long _begun;
    private long _fillTicks;
    private long _takeTicks;
    private long _allocated;

    /// <summary>The steps so far, each up to the beginning of the next.</summary>
    public List<HostStep> Steps { get; } = new(1 << 16);

    /// <inheritdoc/>
    public RunnerLimits Limits => runner.Limits;

    /// <inheritdoc/>
    public void Begin(Step step)
    {
        var (now, allocated) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
        if (_inFlight.TryDequeue(out var before))
        {
            Steps.Add(new HostStep(
                before.Slices, before.Tokens, Seconds(now - _begun), Seconds(_fillTicks), Seconds(_takeTicks), allocated - _allocated));
        }

        _inFlight.Enqueue((step.Slices.Count, step.TokenCount));
        (_begun, _takeTicks, _allocated) = (now, 0, allocated);
        runner.Begin(step);
        _fillTicks = Stopwatch.GetTimestamp() - now;
    }

    /// <inheritdoc/>
    public TimeSpan End(Span<int> nextTokens)
    {
        var start = Stopwatch.GetTimestamp();
        var time = runner.End(nextTokens);
        _takeTicks += Stopwatch.GetTimestamp() - start;
        return time;
    }

    /// <inheritdoc/>
    public void Abandon() => runner.Abandon();

    /// <inheritdoc/>
    public void Dispose() => runner.Dispose();

    private static double Seconds(long ticks) => (double)ticks / Stopwatch.Frequency;
}
