using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Attention;
using BatchLLM.Engine.Linear;

namespace BatchLLM.Engine;

/// <summary>What a model will take in this machine's memory, from its shapes alone.</summary>
public static class MemoryEstimate
{
    /// <summary>Bytes of the weights as <see cref="CpuModelRunner"/> keeps them; exact.</summary>
    /// <param name="config">The model's numbers.</param>
    /// <param name="embedding">Element type of the embedding on disk.</param>
    /// <param name="linears">The linear layers, the head among them whether tied or not.</param>
    public static long WeightBytes(LlamaConfig config, TensorType embedding, IEnumerable<LinearSummary> linears)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(linears);
        var norm = (config.HiddenSize + 7L) / 8 * 8 * sizeof(float);
        var table = (long)config.VocabularySize * config.HiddenSize * (SixteenBits.Has(embedding) ? sizeof(ushort) : sizeof(float));
        return table + (2L * config.LayerCount + 1) * norm + linears.Sum(Bytes);
    }

    /// <summary>Bytes that one position takes in the KV cache.</summary>
    /// <param name="config">The model's numbers.</param>
    /// <param name="kv">What the cache holds.</param>
    public static long KvBytesPerToken(LlamaConfig config, KvPrecision kv)
    {
        ArgumentNullException.ThrowIfNull(config);
        return KvCache.BlockBytes(config, 1, kv);
    }

    private static long Bytes(LinearSummary linear)
    {
        var width = PanelKernel.PreferredWidth;
        var columns = (linear.OutputCount + width - 1L) / width * width;
        var blocks = (linear.InputCount + linear.BlockSize - 1L) / linear.BlockSize;
        var perColumn = linear.Format switch
        {
            WeightFormat.Fp8 => (linear.InputCount + 1) / 2 * 2 + sizeof(float),
            WeightFormat.Int8 => (linear.InputCount + 3) / 4 * 4 + sizeof(float) + sizeof(int),
            WeightFormat.Nvfp4 => linear.InputCount / 2.0 + blocks,
            WeightFormat.Int4 => linear.InputCount / 2.0 + blocks * (sizeof(float) + 1),
            _ when linear.StoredType == TensorType.BF16 && !linear.HasInputFactors => (linear.InputCount + 1) / 2 * 4.0,
            _ when linear.StoredType == TensorType.F16 && !linear.HasInputFactors => linear.InputCount * 2.0,
            _ => linear.InputCount * 4.0,
        };
        return (long)(columns * perColumn);
    }
}
