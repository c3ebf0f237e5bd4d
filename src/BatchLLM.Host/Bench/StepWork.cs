using BatchLLM.Checkpoints;
using BatchLLM.Engine;
using BatchLLM.Planning;

namespace BatchLLM.Host.Bench;

/// <summary>
/// What a step needs at least: a multiplication and an addition for each weight and row and in attention, and each byte of the
/// weights and of the keys and values once. Norms, activations and embeddings are left out; they are below one percent.
/// </summary>
internal sealed class StepWork
{
    private readonly HashSet<SharedPrefix> _read = []; // of the step that is being counted
    private readonly long _layerWeights;
    private readonly long _headWeights;
    private readonly long _layerBytes;
    private readonly long _headBytes;
    private readonly long _kvBytesPerToken;
    private readonly long _attentionWidth;

    /// <summary>Counts for a model.</summary>
    /// <param name="config">Its numbers.</param>
    /// <param name="linears">Its linear layers, the head among them.</param>
    /// <param name="embedding">Element type of its embedding.</param>
    /// <param name="kv">What the KV cache holds.</param>
    public StepWork(LlamaConfig config, IReadOnlyList<LinearSummary> linears, TensorType embedding, KvPrecision kv)
    {
        var layers = linears.Where(l => l.Name != LlamaTensors.HeadModule).ToList();
        var head = linears.Where(l => l.Name == LlamaTensors.HeadModule).ToList();
        (_layerWeights, _headWeights) = (Weights(layers), Weights(head));
        var others = MemoryEstimate.WeightBytes(config, embedding, []);
        _layerBytes = MemoryEstimate.WeightBytes(config, embedding, layers) - others;
        _headBytes = MemoryEstimate.WeightBytes(config, embedding, head) - others;
        _kvBytesPerToken = MemoryEstimate.KvBytesPerToken(config, kv);
        _attentionWidth = (long)config.LayerCount * config.HeadCount * config.HeadSize;
    }

    /// <summary>Multiplications and additions.</summary>
    public double Operations(Step step)
    {
        var sum = 0.0;
        foreach (var slice in step.Slices)
        {
            // Each position attends to all before it and to itself: a product with keys and one with values.
            var attended = slice.Count * (slice.Start + ((slice.Count + 1) / 2.0));
            sum += 2.0 * _layerWeights * slice.Count + 4.0 * _attentionWidth * attended;
            sum += slice.ChoosesNext ? 2.0 * _headWeights : 0;
        }

        return sum;
    }

    /// <summary>Bytes read from memory; a prefix that sequences share counts once.</summary>
    public double Bytes(Step step)
    {
        _read.Clear();
        var sum = (double)_layerBytes;
        var chooses = false;
        foreach (var slice in step.Slices)
        {
            var isRead = slice.Sequence.SharedPrefix is { BlockTable.Count: > 0 } prefix && slice.Start >= prefix.Length
                && !_read.Add(prefix);
            sum += (double)_kvBytesPerToken * (slice.Start + slice.Count - (isRead ? slice.Sequence.SharedPrefix!.Length : 0));
            chooses |= slice.ChoosesNext;
        }

        return sum + (chooses ? _headBytes : 0);
    }

    private static long Weights(IEnumerable<LinearSummary> linears) => linears.Sum(l => (long)l.OutputCount * l.InputCount);
}
