using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.GpuCheck.Parts;

/// <summary>A runner that an engine does not dispose.</summary>
/// <param name="runner">Computes.</param>
/// <param name="stepsInFlight">Most steps that the engine may begin at once; null for as many as the runner takes.</param>
internal sealed class LentRunner(IModelRunner runner, int? stepsInFlight = null) : IModelRunner
{
    /// <inheritdoc/>
    public RunnerLimits Limits { get; } = runner.Limits with { StepsInFlight = stepsInFlight ?? runner.Limits.StepsInFlight };

    /// <inheritdoc/>
    public void Begin(Step step) => runner.Begin(step);

    /// <inheritdoc/>
    public TimeSpan End(Span<int> nextTokens) => runner.End(nextTokens);

    /// <inheritdoc/>
    public void Abandon() => runner.Abandon();

    /// <inheritdoc/>
    public void Dispose()
    {
        // Another engine goes on with it.
    }
}
