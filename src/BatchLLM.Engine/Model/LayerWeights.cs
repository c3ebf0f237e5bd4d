using BatchLLM.Checkpoints;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Model;

/// <summary>One layer's weights, packed.</summary>
internal sealed class LayerWeights(IModelWeights model, int layer, Numerics numerics, int panelWidth) : IDisposable
{
    /// <summary>Norm before attention. // [hidden]</summary>
    public AlignedBuffer<float> AttentionNorm { get; } = Norm(model, layer, "input_layernorm");

    /// <summary>Queries, keys and values in one product.</summary>
    public PackedMatrix Qkv { get; } =
        Linear(model, layer, numerics, panelWidth, "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj");

    /// <summary>Heads back to the residual stream.</summary>
    public PackedMatrix Output { get; } = Linear(model, layer, numerics, panelWidth, "self_attn.o_proj");

    /// <summary>Norm before the feed-forward part. // [hidden]</summary>
    public AlignedBuffer<float> FeedForwardNorm { get; } = Norm(model, layer, "post_attention_layernorm");

    /// <summary>Gate and up in one product.</summary>
    public PackedMatrix GateUp { get; } = Linear(model, layer, numerics, panelWidth, "mlp.gate_proj", "mlp.up_proj");

    /// <summary>Inner width back to the residual stream.</summary>
    public PackedMatrix Down { get; } = Linear(model, layer, numerics, panelWidth, "mlp.down_proj");

    /// <summary>The linear layers.</summary>
    public IEnumerable<PackedMatrix> Linears => [Qkv, Output, GateUp, Down];

    private static AlignedBuffer<float> Norm(IModelWeights model, int layer, string module) =>
        NormWeights.Read(model.Tensor(LlamaTensors.Layer(layer, module)));

    private static PackedMatrix Linear(IModelWeights model, int layer, Numerics numerics, int panelWidth, params string[] modules)
    {
        var parts = Array.ConvertAll(modules, m => model.Linear(LlamaTensors.Module(layer, m)));
        return new PackedMatrix(panelWidth, InputRounding.Of(numerics, parts), parts);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        AttentionNorm.Dispose();
        FeedForwardNorm.Dispose();
        foreach (var linear in Linears)
        {
            linear.Dispose();
        }
    }
}
