using BatchLLM.Planning;

namespace BatchLLM.Inference;

/// <summary>A runner whose time in steps is added up: how busy the engine was while it was there.</summary>
/// <param name="runner">Computes; disposed with this.</param>
/// <param name="busy">Receives the time.</param>
/// <param name="time">The clock.</param>
public sealed class BusyRunner(IModelRunner runner, BusyTime busy, TimeProvider time) : IModelRunner
{
    /// <inheritdoc/>
    public RunnerLimits Limits => runner.Limits;

    /// <inheritdoc/>
    public void Run(Step step, Span<int> nextTokens)
    {
        var start = time.GetTimestamp();
        runner.Run(step, nextTokens);
        busy.Add(time.GetElapsedTime(start));
    }

    /// <inheritdoc/>
    public void Dispose() => runner.Dispose();
}
