namespace BatchLLM.Parquet.Compression;

/// <summary>The header of a Zstandard frame, as far as it is of interest here.</summary>
/// <remarks>Source: RFC 8878, 3.1.1.1.</remarks>
internal static class ZstdFrame
{
    /// <summary>Bytes of the longest header.</summary>
    public const int MaxHeaderBytes = 18;

    private const int MagicBytes = 4;
    private const int SingleSegment = 1 << 5;

    /// <summary>Bytes before a byte that it may be made from.</summary>
    /// <param name="bytes">Begin with the frame.</param>
    /// <returns>Null if the header is not here, or the frame is one that is skipped.</returns>
    public static ulong? WindowOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= MagicBytes + 1 || !bytes.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]))
        {
            return null;
        }

        var (flags, next) = (bytes[MagicBytes], bytes[MagicBytes + 1]);
        if ((flags & SingleSegment) == 0)
        {
            var size = 1ul << (10 + (next >> 3));
            return size + (size / 8 * (next & 7u));
        }

        // The window is the content: its length stands behind the number of a dictionary, if there is one.
        var dictionary = (flags & 3) switch { 3 => 4, var length => length };
        var start = Math.Min(MagicBytes + 1 + dictionary, bytes.Length);
        return Integer(bytes[start..], flags >> 6);
    }

    private static ulong? Integer(ReadOnlySpan<byte> bytes, int lengthLog)
    {
        var length = 1 << lengthLog;
        if (bytes.Length < length)
        {
            return null;
        }

        var value = 0ul;
        for (var i = length - 1; i >= 0; i--)
        {
            value = (value << 8) | bytes[i];
        }

        // Two bytes begin to count where one ends.
        return length == 2 ? value + 256 : value;
    }
}
