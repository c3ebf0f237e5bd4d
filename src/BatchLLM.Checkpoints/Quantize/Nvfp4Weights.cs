using BatchLLM.Checkpoints.Formats;

namespace BatchLLM.Checkpoints.Quantize;

/// <summary>Weights to E2M1 codes; weight = code value x E4M3 scale of its 16 x global scale.</summary>
/// <remarks>Source: TensorRT-Model-Optimizer 0.35, nvfp4_tensor.py.</remarks>
internal static class Nvfp4Weights
{
    /// <summary>Consecutive inputs that share a scale.</summary>
    public const int BlockSize = 16;

    /// <summary>The global scale at which the largest block's scale is E4M3's largest; 1 for weights that are all zero.</summary>
    public static float GlobalScale(float magnitude) =>
        magnitude > 0 ? magnitude / (E2M1.MaxValue * E4M3.MaxValue) : 1;

    /// <summary>Encodes the scales of a row's blocks.</summary>
    /// <param name="weights">// [inputs]</param>
    /// <param name="globalScale">Of the tensor.</param>
    /// <param name="scales">Receives E4M3 bytes. // [inputs / 16]</param>
    public static void EncodeScales(ReadOnlySpan<float> weights, float globalScale, Span<byte> scales)
    {
        for (var block = 0; block < scales.Length; block++)
        {
            var magnitude = WeightRows.Magnitude(weights.Slice(block * BlockSize, BlockSize));
            var scale = magnitude / (E2M1.MaxValue * globalScale);
            scales[block] = E4M3.Encode(scale == 0 ? 1 : scale);
        }
    }

    /// <summary>Encodes a row's weights, two to a byte, the first of them in the low half.</summary>
    /// <param name="weights">// [inputs]</param>
    /// <param name="globalScale">Of the tensor.</param>
    /// <param name="scales">What <see cref="EncodeScales"/> gave. // [inputs / 16]</param>
    /// <param name="packed">Receives the codes. // [inputs / 2]</param>
    public static void Encode(ReadOnlySpan<float> weights, float globalScale, ReadOnlySpan<byte> scales, Span<byte> packed)
    {
        for (var i = 0; i < packed.Length; i++)
        {
            // A tiny block's scale may have rounded to 0; its weights are 0 then, whatever their codes.
            var step = E4M3.Decode(scales[2 * i / BlockSize]) * globalScale;
            var (low, high) = step == 0 ? (0f, 0f) : (weights[2 * i] / step, weights[2 * i + 1] / step);
            packed[i] = (byte)(E2M1.Encode(low) | E2M1.Encode(high) << 4);
        }
    }
}
