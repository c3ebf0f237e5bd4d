using System.Text.Json.Nodes;
using BatchLLM.Checkpoints.Formats;
using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints.Quantize;

/// <summary>
/// The layout of ModelOpt FP8: one weight scale and one input scale per linear layer. Siblings keep weight scales of their
/// own, as ModelOpt leaves them.
/// </summary>
/// <remarks>Source: TensorRT-Model-Optimizer, unified_export_hf.py.</remarks>
/// <param name="model">The unquantized model.</param>
/// <param name="fp8Kv">True to write scales of an FP8 KV cache.</param>
internal sealed class Fp8StaticTensors(ModelDirectory model, bool fp8Kv) : ILayerTensors
{
    private const string Version = "0.15.1";

    /// <inheritdoc/>
    public IEnumerable<NewTensor> Of(int layer, LayerStatistics? statistics) => LlamaTensors.LinearModules
        .SelectMany(module => Weights(model.Linear(LlamaTensors.Module(layer, module)))
            .Append(ModelOptTensors.InputScale(layer, module, statistics!, E4M3.MaxValue)))
        .Concat(fp8Kv ? ModelOptTensors.KvScales(layer, statistics!) : []);

    /// <inheritdoc/>
    public JsonObject? InlineConfig() => null;

    /// <inheritdoc/>
    public JsonObject QuantConfigFile() => ModelOptConfig.File("FP8", Version, fp8Kv);

    private static IEnumerable<NewTensor> Weights(LinearWeight weight)
    {
        var scale = Fp8Weights.Scale(weight.RowMagnitudes().Max());
        yield return NewTensor.OfRows(
            $"{weight.Name}.weight",
            TensorType.F8E4M3,
            weight,
            weight.InputCount,
            (_, values, codes) => Fp8Weights.Encode(values, scale, codes));
        yield return NewTensor.Scalar($"{weight.Name}.weight_scale", scale);
    }
}
