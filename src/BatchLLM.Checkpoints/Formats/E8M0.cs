namespace BatchLLM.Checkpoints.Formats;

/// <summary>
/// 8-bit scale: a power of two, 2^(code - 127), and NaN at 0xFF; no sign, no zero (OCP Microscaling Formats 1.0). The scale of
/// the MX formats, beside <see cref="E4M3"/>, which scales NVFP4.
/// </summary>
public static class E8M0
{
    private const int Bias = 127;
    private const byte NaN = 0xFF;

    /// <summary>Value of a code; exact.</summary>
    public static float Decode(byte code) => code == NaN ? float.NaN : MathF.ScaleB(1, code - Bias);

    /// <summary>
    /// The largest power of two not above the value, as the specification derives scales; below 2^-127 the smallest code. NaN,
    /// infinities, zero and negative values have no scale and become NaN.
    /// </summary>
    public static byte Encode(float value) =>
        value > 0 && float.IsFinite(value) ? (byte)(Math.Max(MathF.ILogB(value), -Bias) + Bias) : NaN;
}
