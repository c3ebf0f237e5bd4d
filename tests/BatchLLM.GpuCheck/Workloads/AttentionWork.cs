using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Kernels;
using BatchLLM.GpuCheck.Timing;

namespace BatchLLM.GpuCheck.Workloads;

/// <summary>What attention's kernels move and compute in steps of a workload in its steady state; their arguments do not tell.</summary>
/// <param name="config">The model's numbers.</param>
/// <param name="roofline">Bytes and operations of a position.</param>
/// <param name="workload">Whose rows the steps are of.</param>
internal sealed class AttentionWork(LlamaConfig config, Roofline roofline, Workload workload)
{
    /// <summary>A kernel's time with its work, if it is one of attention's.</summary>
    /// <param name="time">Without.</param>
    /// <param name="prompt">Prompt tokens of the steps.</param>
    /// <param name="output">Output tokens of the steps.</param>
    public KernelTime With(KernelTime time, double prompt, double output) => time with { Work = time.Work + Of(time.Name, prompt, output) };

    private KernelWork Of(string name, double prompt, double output) => name.Split('_') switch
    {
        ["attention", "decode", ..] => new KernelWork(output * workload.OwnContext * roofline.PositionBytes, 0),
        ["attention", "prefix", ..] => new KernelWork(output * workload.SharedPerRow * roofline.PositionBytes, 0),
        ["attention", "chunk", ..] => new KernelWork(0, prompt * workload.PromptContext * roofline.AttentionOperations),
        ["attention", "merge", ..] => new KernelWork(config.LayerCount * (output * PartialBytes + (prompt + output) * Width), 0),
        _ => default,
    };

    // Of all splits of a context: outputs in float32, a maximum and a sum a head.
    private double PartialBytes => Splits * (Width * sizeof(float) + config.HeadCount * 2 * sizeof(float));

    private double Splits => AttentionPlan.SplitCount((int)(workload.OwnContext + workload.SharedTokens));

    private double Width => (double)config.HeadCount * config.HeadSize;
}
