using System.Text.Json.Nodes;
using BatchLLM.Checkpoints.Formats;
using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints.Quantize;

/// <summary>
/// The layout of ModelOpt NVFP4. Siblings that engines fuse (q, k, v; gate, up) share one global scale and one input scale.
/// </summary>
/// <remarks>Source: TensorRT-Model-Optimizer 0.35, nvfp4_tensor.py and preprocess_linear_fusion.</remarks>
/// <param name="model">The unquantized model.</param>
/// <param name="fp8Kv">True to write scales of an FP8 KV cache.</param>
internal sealed class Nvfp4Tensors(ModelDirectory model, bool fp8Kv) : ILayerTensors
{
    private const string Version = "0.35.0";

    private static readonly string[][] Siblings =
    [
        ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
        ["self_attn.o_proj"],
        ["mlp.gate_proj", "mlp.up_proj"],
        ["mlp.down_proj"],
    ];

    /// <inheritdoc/>
    public IEnumerable<NewTensor> Of(int layer, LayerStatistics? statistics) => Siblings
        .SelectMany(modules => Group(layer, modules, statistics!))
        .Concat(fp8Kv ? ModelOptTensors.KvScales(layer, statistics!) : []);

    /// <inheritdoc/>
    public JsonObject InlineConfig() => ModelOptConfig.Nvfp4Inline(Version, fp8Kv);

    /// <inheritdoc/>
    public JsonObject QuantConfigFile() => ModelOptConfig.File("NVFP4", Version, fp8Kv);

    private IEnumerable<NewTensor> Group(int layer, string[] modules, LayerStatistics statistics)
    {
        var weights = Array.ConvertAll(modules, module => model.Linear(LlamaTensors.Module(layer, module)));
        var global = Nvfp4Weights.GlobalScale(weights.Max(weight => weight.RowMagnitudes().Max()));
        return weights.SelectMany(weight => Weights(weight, global)).Concat(modules.Select(module =>
            ModelOptTensors.InputScale(layer, module, statistics, E2M1.MaxValue * E4M3.MaxValue)));
    }

    private static IEnumerable<NewTensor> Weights(LinearWeight weight, float global)
    {
        if (weight.InputCount % Nvfp4Weights.BlockSize != 0)
        {
            throw new BatchLLMException(
                $"Layer '{weight.Name}' has {weight.InputCount} inputs; NVFP4 needs a multiple of {Nvfp4Weights.BlockSize}. " +
                "Choose fp8, fp8-dynamic or int8.");
        }

        var blocks = weight.InputCount / Nvfp4Weights.BlockSize;
        yield return NewTensor.OfRows($"{weight.Name}.weight", TensorType.U8, weight, weight.InputCount / 2, (_, values, packed) =>
        {
            Span<byte> scales = new byte[blocks];
            Nvfp4Weights.EncodeScales(values, global, scales);
            Nvfp4Weights.Encode(values, global, scales, packed);
        });
        yield return NewTensor.OfRows($"{weight.Name}.weight_scale", TensorType.F8E4M3, weight, blocks, (_, values, scales) =>
            Nvfp4Weights.EncodeScales(values, global, scales));
        yield return NewTensor.Scalar($"{weight.Name}.weight_scale_2", global);
    }
}
