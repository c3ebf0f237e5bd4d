using System.Buffers.Binary;
using System.Text.Json.Nodes;
using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints.Quantize;

/// <summary>The layout of compressed-tensors: 8-bit codes and a BF16 scale per output, activations scaled at run time.</summary>
/// <remarks>Source: compressed-tensors 0.7, base.py and initialize.py; llm-compressor's FP8_DYNAMIC and W8A8 schemes.</remarks>
/// <param name="model">The unquantized model.</param>
/// <param name="isInteger">True for INT8 codes, false for E4M3.</param>
internal sealed class ChannelScaleTensors(ModelDirectory model, bool isInteger) : ILayerTensors
{
    /// <inheritdoc/>
    public IEnumerable<NewTensor> Of(int layer, LayerStatistics? statistics) => LlamaTensors.LinearModules
        .SelectMany(module => Of(model.Linear(LlamaTensors.Module(layer, module))));

    /// <inheritdoc/>
    public JsonObject InlineConfig() => CompressedTensorsConfig.Create(isInteger);

    /// <inheritdoc/>
    public JsonObject? QuantConfigFile() => null;

    private IEnumerable<NewTensor> Of(LinearWeight weight)
    {
        var scales = Array.ConvertAll(weight.RowMagnitudes(), Scale); // [outputs]
        yield return NewTensor.OfRows(
            $"{weight.Name}.weight",
            isInteger ? TensorType.I8 : TensorType.F8E4M3,
            weight,
            weight.InputCount,
            (row, values, codes) => Encode(values, scales[row], codes));
        yield return new NewTensor(
            $"{weight.Name}.weight_scale", TensorType.BF16, [weight.OutputCount, 1], stream => Write(stream, scales));
    }

    // Codes are made with the scale as it is stored, not as it was before rounding.
    private float Scale(float magnitude)
    {
        var scale = BFloat16Bits.Round(isInteger ? Int8Weights.Scale(magnitude) : Fp8Weights.Scale(magnitude));
        return scale > 0 ? scale : 1;
    }

    private void Encode(ReadOnlySpan<float> weights, float scale, Span<byte> codes)
    {
        if (isInteger)
        {
            Int8Weights.Encode(weights, scale, codes);
        }
        else
        {
            Fp8Weights.Encode(weights, scale, codes);
        }
    }

    private static void Write(Stream stream, float[] scales)
    {
        var bytes = new byte[2 * scales.Length];
        for (var i = 0; i < scales.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), BFloat16Bits.Of(scales[i]));
        }

        stream.Write(bytes);
    }
}
