using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Host.Jobs;

/// <summary>A runner that outlives the engine that it is given to.</summary>
/// <param name="runner">Computes; its owner disposes it.</param>
internal sealed class LentRunner(IModelRunner runner) : IModelRunner
{
    /// <inheritdoc/>
    public RunnerLimits Limits => runner.Limits;

    /// <inheritdoc/>
    public void Begin(Step step) => runner.Begin(step);

    /// <inheritdoc/>
    public TimeSpan End(Span<int> nextTokens) => runner.End(nextTokens);

    /// <inheritdoc/>
    public void Abandon() => runner.Abandon();

    /// <inheritdoc/>
    public void Dispose()
    {
        // The next engine goes on with it.
    }
}
