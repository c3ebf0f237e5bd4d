namespace BatchLLM.Parquet.Reading;

/// <summary>
/// The deprecated encoding BIT_PACKED of levels: one run without a header, most significant bit first.
/// </summary>
internal static class PackedLevels
{
    /// <summary>Turns levels around in place, to what the hybrid's packed run holds.</summary>
    /// <param name="bytes">All the levels; bits behind the last are of no meaning.</param>
    /// <param name="bitWidth">Bits of a level.</param>
    public static void TurnAround(Span<byte> bytes, int bitWidth)
    {
        foreach (ref var value in bytes)
        {
            value = Mirror(value);
        }

        // The bits now stand in their order, but those of a level still begin with the most significant.
        for (var first = 0L; bitWidth > 1 && first + bitWidth <= 8L * bytes.Length; first += bitWidth)
        {
            for (int low = 0, high = bitWidth - 1; low < high; low++, high--)
            {
                Swap(bytes, first + low, first + high);
            }
        }
    }

    /// <summary>Halves, then pairs, then neighbours change places.</summary>
    private static byte Mirror(byte value)
    {
        var mirrored = (value >> 4) | (value << 4);
        mirrored = ((mirrored & 0xCC) >> 2) | ((mirrored & 0x33) << 2);
        return (byte)(((mirrored & 0xAA) >> 1) | ((mirrored & 0x55) << 1));
    }

    private static void Swap(Span<byte> bytes, long one, long other)
    {
        if (Bit(bytes, one) != Bit(bytes, other))
        {
            bytes[(int)(one >> 3)] ^= (byte)(1 << (int)(one & 7));
            bytes[(int)(other >> 3)] ^= (byte)(1 << (int)(other & 7));
        }
    }

    private static int Bit(ReadOnlySpan<byte> bytes, long position) =>
        (bytes[(int)(position >> 3)] >> (int)(position & 7)) & 1;
}
