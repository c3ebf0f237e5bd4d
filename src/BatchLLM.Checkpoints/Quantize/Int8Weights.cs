namespace BatchLLM.Checkpoints.Quantize;

/// <summary>Weights to signed bytes, symmetric: -127 to 127; weight = code x scale.</summary>
internal static class Int8Weights
{
    private const int Largest = 127;

    /// <summary>The scale at which the largest magnitude becomes 127; 1 for weights that are all zero.</summary>
    public static float Scale(float magnitude) => magnitude > 0 ? magnitude / Largest : 1;

    /// <summary>Encodes a row, to the nearest code, ties to even.</summary>
    /// <param name="weights">// [inputs]</param>
    /// <param name="scale">Of the row.</param>
    /// <param name="codes">Receives signed bytes. // [inputs]</param>
    public static void Encode(ReadOnlySpan<float> weights, float scale, Span<byte> codes)
    {
        for (var i = 0; i < codes.Length; i++)
        {
            var code = MathF.Round(weights[i] / scale, MidpointRounding.ToEven);
            codes[i] = (byte)(sbyte)Math.Clamp(code, -Largest, Largest);
        }
    }
}
