namespace BatchLLM.Checkpoints.Formats;

/// <summary>4-bit float: sign, 2 exponent bits, 1 mantissa bit; ±{0, 0.5, 1, 1.5, 2, 3, 4, 6} (OCP Microscaling Formats 1.0).</summary>
public static class E2M1
{
    /// <summary>Largest value.</summary>
    public const float MaxValue = 6;

    private static readonly float[] Values = [0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6];

    /// <summary>Value of a code; only the low four bits count.</summary>
    public static float Decode(int code) => Values[code & 15];

    /// <summary>Nearest code, ties to even; beyond ±6 saturates. A small negative becomes -0, code 8; NaN becomes 0.</summary>
    public static byte Encode(float value)
    {
        var magnitude = MathF.Abs(value);
        var code = magnitude switch
        {
            > 5 => 7,
            >= 3.5f => 6,
            > 2.5f => 5,
            >= 1.75f => 4,
            > 1.25f => 3,
            >= 0.75f => 2,
            > 0.25f => 1,
            _ => 0,
        };
        return (byte)(value < 0 ? code | 8 : code);
    }
}
