using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Quantize;

namespace BatchLLM.Engine.Calibration;

/// <summary>Gathers what calibration needs of one layer.</summary>
internal sealed class LayerCollector
{
    private float _key;
    private float _value;

    /// <param name="config">The model.</param>
    /// <param name="layer">Which layer, for messages.</param>
    /// <param name="tokens">Calibration tokens in all.</param>
    public LayerCollector(LlamaConfig config, int layer, long tokens)
    {
        InputCollector Of(string module, int inputs) =>
            new($"input of {LlamaTensors.Module(layer, module)}", inputs, tokens);
        Attention = Of("self_attn.q_proj", config.HiddenSize);
        Output = Of("self_attn.o_proj", config.HeadCount * config.HeadSize);
        FeedForward = Of("mlp.gate_proj", config.HiddenSize);
        Down = Of("mlp.down_proj", config.IntermediateSize);
    }

    public InputCollector Attention { get; }

    public InputCollector Output { get; }

    public InputCollector FeedForward { get; }

    public InputCollector Down { get; }

    /// <summary>Takes keys after rotation, and values.</summary>
    public void AddKeysAndValues(ReadOnlySpan<float> keys, ReadOnlySpan<float> values)
    {
        _key = MathF.Max(_key, Magnitude(keys));
        _value = MathF.Max(_value, Magnitude(values));
    }

    public LayerStatistics ToStatistics() => new(
        Attention.ToStatistics(), Output.ToStatistics(), FeedForward.ToStatistics(), Down.ToStatistics(), _key, _value);

    private static float Magnitude(ReadOnlySpan<float> values)
    {
        var magnitude = 0f;
        foreach (var value in values)
        {
            magnitude = MathF.Max(magnitude, MathF.Abs(value));
        }

        return magnitude;
    }
}
