using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Weights;

/// <summary>One layer's weights on a device.</summary>
internal sealed class DeviceLayer(IDevice device, IModelWeights model, int layer, Numerics numerics) : IDisposable
{
    // Layers that read one input are one product.
    private static readonly string[][] Stacks =
    [
        ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"], ["self_attn.o_proj"], ["mlp.gate_proj", "mlp.up_proj"], ["mlp.down_proj"],
    ];

    /// <summary>Norm before attention. // float32 [hidden]</summary>
    public DeviceMemory AttentionNorm { get; } = NormWeight.Store(device, model, LlamaTensors.Layer(layer, "input_layernorm"));

    /// <summary>Queries, keys and values in one product.</summary>
    public DeviceLinear Qkv { get; } = new(device, numerics, Parts(model, layer, Stacks[0]));

    /// <summary>Heads back to the residual stream.</summary>
    public DeviceLinear Output { get; } = new(device, numerics, Parts(model, layer, Stacks[1]));

    /// <summary>Norm before the feed-forward part. // float32 [hidden]</summary>
    public DeviceMemory FeedForwardNorm { get; } =
        NormWeight.Store(device, model, LlamaTensors.Layer(layer, "post_attention_layernorm"));

    /// <summary>Gate and up in one product.</summary>
    public DeviceLinear GateUp { get; } = new(device, numerics, Parts(model, layer, Stacks[2]));

    /// <summary>Inner width back to the residual stream.</summary>
    public DeviceLinear Down { get; } = new(device, numerics, Parts(model, layer, Stacks[3]));

    /// <summary>Scales of its FP8 KV cache.</summary>
    public KvScales KvScales { get; } = model.KvScales(layer);

    /// <summary>The linear layers.</summary>
    public IEnumerable<DeviceLinear> Linears => [Qkv, Output, GateUp, Down];

    /// <summary>Bytes on the device.</summary>
    public long ByteCount => AttentionNorm.ByteCount + FeedForwardNorm.ByteCount + Linears.Sum(linear => linear.ByteCount);

    /// <summary>Bytes that a layer's linear layers would take.</summary>
    public static long LinearBytesOf(IModelWeights model, int layer, Numerics numerics) => Stacks.Sum(
        modules => DeviceLinear.BytesOf(numerics, Parts(model, layer, modules)));

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

    private static LinearWeight[] Parts(IModelWeights model, int layer, string[] modules) =>
        Array.ConvertAll(modules, module => model.Linear(LlamaTensors.Module(layer, module)));
}
