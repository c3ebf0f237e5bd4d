using BatchLLM.Checkpoints.Formats;

namespace BatchLLM.Checkpoints.Quantize;

/// <summary>Weights to E4M3 codes; weight = code value x scale.</summary>
internal static class Fp8Weights
{
    /// <summary>The scale at which the largest magnitude becomes the largest code; 1 for weights that are all zero.</summary>
    public static float Scale(float magnitude) => magnitude > 0 ? magnitude / E4M3.MaxValue : 1;

    /// <summary>Encodes a row; what the scale leaves beyond the largest code saturates.</summary>
    /// <param name="weights">// [inputs]</param>
    /// <param name="scale">Of the row or of the tensor.</param>
    /// <param name="codes">Receives E4M3 bytes. // [inputs]</param>
    public static void Encode(ReadOnlySpan<float> weights, float scale, Span<byte> codes)
    {
        for (var i = 0; i < codes.Length; i++)
        {
            codes[i] = E4M3.Encode(weights[i] / scale);
        }
    }
}
