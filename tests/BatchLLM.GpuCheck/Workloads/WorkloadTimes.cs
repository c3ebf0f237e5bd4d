using BatchLLM.GpuCheck.Timing;
using BatchLLM.Inference;

namespace BatchLLM.GpuCheck.Workloads;

/// <summary>What was seen of a run.</summary>
/// <param name="Meter">Its steps.</param>
/// <param name="Kernels">Of the steps whose kernels were measured.</param>
internal sealed record WorkloadTimes(StepMeter Meter, IReadOnlyList<KernelTime> Kernels)
{
    /// <summary>Prompt tokens of the measured steps.</summary>
    public double Prompt => Meter.Steps.Sum(step => (double)step.PromptPositions);

    /// <summary>Output tokens of the measured steps.</summary>
    public double Output => Meter.Steps.Sum(step => (double)step.GeneratedTokens);

    /// <summary>Output tokens a second.</summary>
    public double OutputRate => Output / Meter.Seconds;

    /// <summary>The least seconds that the measured steps can take.</summary>
    public double LeastSeconds(Roofline roofline, Workload workload) =>
        Meter.Steps.Sum(step => roofline.StepSeconds(Tokens(step, workload), step.GeneratedTokens))
        + roofline.CacheSeconds(Output * (workload.OwnContext + workload.SharedPerRow))
        + roofline.PromptSeconds(Prompt * workload.PromptContext);

    // A row's first output token comes with its prompt's last one, and is no position of its own in that step.
    private static double Tokens(StepReport step, Workload workload) =>
        step.PromptPositions + step.GeneratedTokens - step.PromptPositions / workload.ComputedPromptTokens;
}
