namespace BatchLLM.Tests.Engine.Assembly;

/// <summary>
/// What VDPBF16PS and TDPBF16PS do with numbers: denormals in and out are zero, each fused multiply-add rounds to nearest even
/// (Intel's manual, volume 2, under both names).
/// </summary>
internal static class BrainFloatArithmetic
{
    /// <summary>A BF16's value; denormals are zero.</summary>
    public static float Value(ushort bits) => Flush(BitConverter.UInt32BitsToSingle((uint)bits << 16));

    /// <summary>a b + c.</summary>
    public static float FusedMultiplyAdd(ushort a, ushort b, float c) => Flush(MathF.FusedMultiplyAdd(Value(a), Value(b), Flush(c)));

    /// <summary>a + b.</summary>
    public static float Add(float a, float b) => Flush(Flush(a) + Flush(b));

    /// <summary>Rounds to BF16, ties to even; denormals become zero, NaN stays quiet.</summary>
    public static ushort Round(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(Flush(value));
        return float.IsNaN(value)
            ? (ushort)(bits >> 16 | 0x40)
            : (ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }

    private static float Flush(float value) => float.IsSubnormal(value) ? MathF.CopySign(0, value) : value;
}
