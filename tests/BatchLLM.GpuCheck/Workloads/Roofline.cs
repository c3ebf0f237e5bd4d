using BatchLLM.Checkpoints;

namespace BatchLLM.GpuCheck.Workloads;

/// <summary>
/// The least time that steps can take: for each product the longer of reading its weights and computing it; the cache read once;
/// prompts' attention computed; and what the kernels between products read and write. FP8 weights and cache, a head of BF16.
/// </summary>
internal sealed class Roofline(LlamaConfig config, Ceilings ceilings)
{
    private readonly double _queries = (double)config.HeadCount * config.HeadSize;
    private readonly double _keys = (double)config.KvHeadCount * config.HeadSize;

    /// <summary>Bytes of keys and values of one position, all layers.</summary>
    public double PositionBytes => config.KvElementsPerToken;

    /// <summary>Multiplications and additions of one position's attention to one other, all layers.</summary>
    public double AttentionOperations => 4 * _queries * config.LayerCount;

    /// <summary>Seconds of a step without its attention.</summary>
    /// <param name="tokens">Positions.</param>
    /// <param name="choices">Rows whose logits are computed.</param>
    public double StepSeconds(double tokens, double choices)
    {
        double hidden = config.HiddenSize, inner = config.IntermediateSize;
        var layer = Product(tokens, (_queries + 2 * _keys) * hidden) + Product(tokens, _queries * hidden)
            + Product(tokens, 2 * inner * hidden) + Product(tokens, inner * hidden);
        var head = Math.Max(
            2 * hidden * config.VocabularySize / ceilings.BytesPerSecond, 2 * choices * hidden * config.VocabularySize / ceilings.Bf16PerSecond);
        return config.LayerCount * (layer + tokens * BetweenBytes / ceilings.BytesPerSecond) + head;
    }

    /// <summary>Seconds of output tokens' attention.</summary>
    /// <param name="positions">Positions of the cache that are read.</param>
    public double CacheSeconds(double positions) => positions * PositionBytes / ceilings.BytesPerSecond;

    /// <summary>Seconds of prompts' attention.</summary>
    /// <param name="pairs">Positions, times those that each attends to.</param>
    public double PromptSeconds(double pairs) => pairs * AttentionOperations / ceilings.Bf16PerSecond;

    /// <summary>Seconds of a row of a workload among so many that no product waits for weights: no GPU is faster.</summary>
    public double RowSeconds(Workload workload)
    {
        const double Many = 1 << 20;
        var tokens = workload.ComputedPromptTokens + workload.OutputTokens;
        return StepSeconds(Many, Many * workload.OutputTokens / tokens) * tokens / Many
            + CacheSeconds(workload.OutputTokens * (workload.OwnContext + workload.SharedPerRow))
            + PromptSeconds(workload.ComputedPromptTokens * workload.PromptContext);
    }

    // Of a token and layer: two norms over the residual and into E4M3, turning and storing, attention's result, activation.
    private double BetweenBytes => 14.0 * config.HiddenSize + 6 * _queries + 6 * _keys + 5.0 * config.IntermediateSize;

    private double Product(double tokens, double weights) => Math.Max(weights / ceilings.BytesPerSecond, 2 * tokens * weights / ceilings.Fp8PerSecond);
}
