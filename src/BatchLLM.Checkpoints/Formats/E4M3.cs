namespace BatchLLM.Checkpoints.Formats;

/// <summary>
/// 8-bit float: sign, 4 exponent bits (bias 7), 3 mantissa bits; no infinity, NaN at 0x7F and 0xFF, largest 448
/// (Micikevicius et al. 2022, arXiv 2209.05433; safetensors F8_E4M3).
/// </summary>
public static class E4M3
{
    /// <summary>Largest finite value.</summary>
    public const float MaxValue = 448;

    private const byte NaN = 0x7F;
    private const float Smallest = 1f / 512; // 2^-9, the subnormals' step

    private static readonly float[] Values = [.. Enumerable.Range(0, 256).Select(code => Compute((byte)code))];

    /// <summary>Value of a code; exact.</summary>
    public static float Decode(byte code) => Values[code];

    /// <summary>True for the two codes that are not a number.</summary>
    public static bool IsNaN(byte code) => (code & NaN) == NaN;

    /// <summary>Nearest code, ties to even; beyond ±448 saturates; NaN stays NaN.</summary>
    public static byte Encode(float value)
    {
        if (float.IsNaN(value))
        {
            return NaN;
        }

        var sign = float.IsNegative(value) ? 0x80 : 0;
        var magnitude = Math.Min(MathF.Abs(value), MaxValue);
        return (byte)(sign | EncodeMagnitude(magnitude));
    }

    /// <summary>The nearest value that a code can hold: encode, then decode.</summary>
    public static float Round(float value) => Decode(Encode(value));

    private static int EncodeMagnitude(float magnitude)
    {
        if (magnitude < 1f / 64)
        {
            // Subnormals are whole steps; 8 of them are the first normal, whose code is 8 as well.
            return (int)MathF.Round(magnitude / Smallest, MidpointRounding.ToEven);
        }

        // Keep 3 of 23 mantissa bits, adding half of the lowest kept one less 1, and 1 more where the kept part is odd.
        var bits = BitConverter.SingleToUInt32Bits(magnitude);
        bits += 0x7FFFF + ((bits >> 20) & 1);
        return (int)(bits >> 20) - ((127 - 7) << 3);
    }

    private static float Compute(byte code)
    {
        if (IsNaN(code))
        {
            return float.NaN;
        }

        var exponent = (code >> 3) & 0xF;
        var mantissa = code & 7;
        var magnitude = exponent == 0 ? mantissa * Smallest : (8 + mantissa) * MathF.ScaleB(1, exponent - 10);
        return (code & 0x80) == 0 ? magnitude : -magnitude;
    }
}
