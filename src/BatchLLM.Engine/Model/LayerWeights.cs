using BatchLLM.Checkpoints;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Model;

/// <summary>One layer's weights, packed.</summary>
internal sealed class LayerWeights(ModelDirectory model, int layer, int panelWidth) : IDisposable
{
    /// <summary>Norm before attention. // [hidden]</summary>
    public AlignedBuffer<float> AttentionNorm { get; } = NormWeights.Read(Tensor(model, layer, "input_layernorm"));

    /// <summary>Queries, keys and values in one product.</summary>
    public PackedMatrix Qkv { get; } = new(
        panelWidth,
        Tensor(model, layer, "self_attn.q_proj"),
        Tensor(model, layer, "self_attn.k_proj"),
        Tensor(model, layer, "self_attn.v_proj"));

    /// <summary>Heads back to the residual stream.</summary>
    public PackedMatrix Output { get; } = new(panelWidth, Tensor(model, layer, "self_attn.o_proj"));

    /// <summary>Norm before the feed-forward part. // [hidden]</summary>
    public AlignedBuffer<float> FeedForwardNorm { get; } =
        NormWeights.Read(Tensor(model, layer, "post_attention_layernorm"));

    /// <summary>Gate and up in one product.</summary>
    public PackedMatrix GateUp { get; } =
        new(panelWidth, Tensor(model, layer, "mlp.gate_proj"), Tensor(model, layer, "mlp.up_proj"));

    /// <summary>Inner width back to the residual stream.</summary>
    public PackedMatrix Down { get; } = new(panelWidth, Tensor(model, layer, "mlp.down_proj"));

    private static Tensor Tensor(ModelDirectory model, int layer, string module) =>
        model.Tensor(LlamaTensors.Layer(layer, module));

    /// <inheritdoc/>
    public void Dispose()
    {
        AttentionNorm.Dispose();
        Qkv.Dispose();
        Output.Dispose();
        FeedForwardNorm.Dispose();
        GateUp.Dispose();
        Down.Dispose();
    }
}
