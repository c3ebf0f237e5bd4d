using BatchLLM.Checkpoints;
using BatchLLM.Engine.Attention;
using BatchLLM.Inference;

namespace BatchLLM.Engine.Model;

/// <summary>Decides a runner's sizes from the model and what was asked for.</summary>
internal static class RunnerSizes
{
    /// <summary>Decides, or throws as <see cref="CpuModelRunner"/> documents.</summary>
    public static RunnerLimits Decide(IModelWeights model, CpuModelRunnerOptions options, KvPrecision kv)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.StepTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.StepSequences, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.KvBlockTokens, 8);
        ArgumentOutOfRangeException.ThrowIfNotEqual(options.KvBlockTokens % 8, 0);
        var config = model.Config;
        var bytes = KvCache.BlockBytes(config, options.KvBlockTokens, kv);
        var blocks = (int)Math.Min(options.KvBytes / bytes, int.MaxValue / options.KvBlockTokens);
        if (blocks < 1)
        {
            throw new BatchLLMException(
                $"The KV cache has {options.KvBytes} bytes; one block of {options.KvBlockTokens} positions of this model " +
                $"takes {bytes}. Give the KV cache more memory.");
        }

        return new RunnerLimits(
            Math.Min(Math.Min(config.ContextLength, model.StoredRope?.Positions ?? int.MaxValue), blocks * options.KvBlockTokens),
            config.VocabularySize,
            options.StepTokens,
            Math.Min(options.StepSequences, options.StepTokens),
            options.KvBlockTokens,
            blocks);
    }
}
