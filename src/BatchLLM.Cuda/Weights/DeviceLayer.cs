using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Weights;

/// <summary>One layer's weights on a device.</summary>
internal sealed class DeviceLayer(IDevice device, IModelWeights model, int layer, Numerics numerics) : IDisposable
{
    /// <summary>Norm before attention. // float32 [hidden]</summary>
    public DeviceMemory AttentionNorm { get; } = NormWeight.Store(device, model, LlamaTensors.Layer(layer, "input_layernorm"));

    /// <summary>Queries, keys and values in one product.</summary>
    public DeviceLinear Qkv { get; } = Linear(device, model, layer, numerics, "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj");

    /// <summary>Heads back to the residual stream.</summary>
    public DeviceLinear Output { get; } = Linear(device, model, layer, numerics, "self_attn.o_proj");

    /// <summary>Norm before the feed-forward part. // float32 [hidden]</summary>
    public DeviceMemory FeedForwardNorm { get; } =
        NormWeight.Store(device, model, LlamaTensors.Layer(layer, "post_attention_layernorm"));

    /// <summary>Gate and up in one product.</summary>
    public DeviceLinear GateUp { get; } = Linear(device, model, layer, numerics, "mlp.gate_proj", "mlp.up_proj");

    /// <summary>Inner width back to the residual stream.</summary>
    public DeviceLinear Down { get; } = Linear(device, model, layer, numerics, "mlp.down_proj");

    /// <summary>Scales of its FP8 KV cache.</summary>
    public KvScales KvScales { get; } = model.KvScales(layer);

    /// <summary>The linear layers.</summary>
    public IEnumerable<DeviceLinear> Linears => [Qkv, Output, GateUp, Down];

    /// <summary>Bytes on the device.</summary>
    public long ByteCount => AttentionNorm.ByteCount + FeedForwardNorm.ByteCount + Linears.Sum(linear => linear.ByteCount);

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

    private static DeviceLinear Linear(IDevice device, IModelWeights model, int layer, Numerics numerics, params string[] modules) =>
        new(device, numerics, Array.ConvertAll(modules, module => model.Linear(LlamaTensors.Module(layer, module))));
}
