using BatchLLM.Planning;

namespace BatchLLM.Inference;

/// <summary>Steps for those who have nothing to do meanwhile.</summary>
public static class SingleSteps
{
    /// <summary>Begins a step and ends it; none is in flight.</summary>
    /// <param name="runner">Computes.</param>
    /// <param name="step">As <see cref="IModelRunner.Begin"/> takes it.</param>
    /// <param name="nextTokens">As <see cref="IModelRunner.End"/> fills it. // [step.Slices.Count]</param>
    public static void Run(this IModelRunner runner, Step step, Span<int> nextTokens)
    {
        runner.Begin(step);
        runner.End(nextTokens);
    }
}
