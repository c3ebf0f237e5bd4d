using System.Globalization;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Engine;

namespace BatchLLM.Host.Bench;

/// <summary>What a benchmark takes of this machine's memory, said before any of it is allocated.</summary>
/// <param name="WeightBytes">The weights; exact.</param>
/// <param name="KvBytes">The KV cache of the largest combination; exact.</param>
/// <param name="StepBytes">Activations and logits of one step, roughly.</param>
internal sealed record BenchMemory(long WeightBytes, long KvBytes, long StepBytes)
{
    private const int KvBlockTokens = 32;

    /// <summary>All of it.</summary>
    public long Bytes => WeightBytes + KvBytes + StepBytes;

    /// <summary>Bytes that this process may still use, of the machine or of its container.</summary>
    public static long Free()
    {
        // What the runtime knows of the machine's memory is as old as its last collection.
        GC.Collect();
        var memory = GC.GetGCMemoryInfo();
        return Math.Max(0, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes);
    }

    /// <summary>The sizes of a runner for a request's combinations.</summary>
    public static CpuModelRunnerOptions Sizes(BenchRequest request, SyntheticModel model)
    {
        var defaults = new CpuModelRunnerOptions(request.Threads, KvBlockTokens: KvBlockTokens, Numerics: request.Numerics, Instructions: request.Instructions);
        var sequences = request.Combinations.Max(c => c.Batch);
        var perBlock = KvBlockTokens * MemoryEstimate.KvBytesPerToken(request.Config, model.Quantization.Kv);
        return defaults with
        {
            StepTokens = Math.Max(defaults.StepTokens, sequences),
            StepSequences = sequences,
            KvBytes = request.Combinations.Max(c => (long)c.Batch * Blocks(c)) * perBlock,
        };
    }

    /// <summary>What a runner of some sizes takes.</summary>
    public static BenchMemory Of(SyntheticModel model, CpuModelRunnerOptions sizes)
    {
        var config = model.Config;
        var row = (6L * config.HiddenSize) + (3L * config.IntermediateSize);
        return new BenchMemory(
            MemoryEstimate.WeightBytes(config, model.EmbeddingType, model.Linears),
            sizes.KvBytes,
            sizeof(float) * ((sizes.StepTokens * row) + ((long)sizes.StepSequences * config.VocabularySize)));
    }

    /// <summary>Refuses what does not fit.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="free">Bytes that this process may still use.</param>
    /// <exception cref="BatchLLMException">More is needed than is free.</exception>
    public void Require(BenchRequest request, long free)
    {
        if (Bytes > free)
        {
            throw new BatchLLMException(
                $"{request.Shape} in {request.Precision.Name()} needs {Size(Bytes)} of memory for these combinations: weights " +
                $"{Size(WeightBytes)}, KV cache {Size(KvBytes)}, a step's rows {Size(StepBytes)}; {Size(free)} are free. " +
                "Choose a smaller --shape or --precision, smaller --batch and --prompt, or end other programs.");
        }
    }

    private static long Blocks(BenchCombination combination) => (combination.Positions + KvBlockTokens - 1) / KvBlockTokens;

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.00} GiB");
}
