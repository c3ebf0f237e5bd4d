using System.Globalization;
using BatchLLM.GpuCheck.Reports;

namespace BatchLLM.GpuCheck.Workloads;

/// <summary>One row of a long context: its prompt, then its output tokens, alone on the GPU.</summary>
/// <param name="session">The model.</param>
/// <param name="ceilings">What the GPU can do.</param>
internal sealed class LongContext(ModelSession session, Ceilings ceilings)
{
    private readonly Roofline _roofline = new(session.Config, ceilings);

    /// <summary>Measures it.</summary>
    public IEnumerable<CheckResult> Run(Workload workload)
    {
        var clock = new StepClock();
        session.Run(new WorkloadRows(workload, session.Config.VocabularySize, startRows: 0).Make(1), clock, CancellationToken.None);

        // The first step plans and loads kernels, and so does the first of a shape.
        var prompt = clock.Steps.Skip(1).Where(step => step.Step.PromptPositions > 0).ToList();
        var output = clock.Steps.Where(step => step.Step.PromptPositions == 0).Select(step => step.Seconds).Order().ToList();
        var name = string.Create(CultureInfo.InvariantCulture, $"one row of {workload.PromptTokens + workload.OutputTokens}");
        if (prompt.Count > 0)
        {
            yield return PromptRate($"{name}: prompt", workload, prompt.Sum(step => step.Step.PromptPositions), prompt.Sum(step => step.Seconds));
        }

        yield return CheckResult.Measured(
            $"{name}: an output token", output[output.Count / 2] * 1000, "ms",
            $"median of {output.Count}; {Figure.Of((_roofline.StepSeconds(1, 1) + _roofline.CacheSeconds(workload.OwnContext)) * 1000)} at least");
    }

    private CheckResult PromptRate(string name, Workload workload, double tokens, double seconds)
    {
        var least = _roofline.StepSeconds(tokens, 0) + _roofline.PromptSeconds(tokens * workload.PromptContext);
        return CheckResult.Measured(name, tokens / seconds, "tokens/s", $"{Figure.Of(100 * least / seconds)} % of the roofline");
    }
}
