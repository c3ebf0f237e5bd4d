namespace BatchLLM.Checkpoints.Quantize;

/// <summary>BF16 is the upper half of a float32.</summary>
internal static class BFloat16Bits
{
    /// <summary>The nearest finite BF16, ties to even.</summary>
    public static float Round(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        bits += 0x7FFF + ((bits >> 16) & 1);
        return BitConverter.UInt32BitsToSingle(bits & 0xFFFF_0000);
    }

    /// <summary>The bits of a value that <see cref="Round"/> gave.</summary>
    public static ushort Of(float rounded) => (ushort)(BitConverter.SingleToUInt32Bits(rounded) >> 16);
}
