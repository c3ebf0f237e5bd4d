using BatchLLM.Planning;

namespace BatchLLM.Inference;

/// <summary>A runner whose time in steps is added up: how busy the engine was while it was there.</summary>
/// <param name="runner">Computes; disposed with this.</param>
/// <param name="busy">Receives the time.</param>
public sealed class BusyRunner(IModelRunner runner, BusyTime busy) : IModelRunner
{
    /// <inheritdoc/>
    public RunnerLimits Limits => runner.Limits;

    /// <inheritdoc/>
    public void Begin(Step step) => runner.Begin(step);

    /// <inheritdoc/>
    public TimeSpan End(Span<int> nextTokens)
    {
        var time = runner.End(nextTokens);
        busy.Add(time);
        return time;
    }

    /// <inheritdoc/>
    public void Abandon() => runner.Abandon();

    /// <inheritdoc/>
    public void Dispose() => runner.Dispose();
}
