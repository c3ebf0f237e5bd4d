using System.Buffers.Binary;

namespace BatchLLM.Parquet.Compression;

/// <summary>
/// Decodes a block of LZ4: literals and copies of earlier output in turn. Every piece is checked against both ends
/// before it is moved, and all moves are those of spans.
/// </summary>
/// <remarks>Source: lz4_Block_format.md of the LZ4 project.</remarks>
internal static class Lz4Decoder
{
    /// <summary>Bytes of the shortest match.</summary>
    public const int MinMatch = 4;

    /// <summary>In a token, lengths of so much go on in the bytes that follow.</summary>
    private const int LongLength = 15;

    /// <summary>Decodes one block.</summary>
    /// <param name="source">The whole block.</param>
    /// <param name="destination">Has room for what it gives; may have more.</param>
    /// <returns>Bytes written, or -1 if the block is broken or gives more than there is room for.</returns>
    public static int Decode(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var (read, written) = (0, 0);
        while (read < source.Length)
        {
            var token = source[read++];
            if (!CopyLiterals(source, destination, token >> 4, ref read, ref written))
            {
                return -1;
            }

            // The last piece is literals alone.
            if (read == source.Length)
            {
                return written;
            }

            if (!CopyMatch(source, destination, token & 15, ref read, ref written))
            {
                return -1;
            }
        }

        return -1;
    }

    private static bool CopyLiterals(
        ReadOnlySpan<byte> source, Span<byte> destination, int length, ref int read, ref int written)
    {
        if (!ReadLength(source, ref length, ref read)
            || length > source.Length - read || length > destination.Length - written)
        {
            return false;
        }

        source.Slice(read, length).CopyTo(destination[written..]);
        read += length;
        written += length;
        return true;
    }

    private static bool CopyMatch(
        ReadOnlySpan<byte> source, Span<byte> destination, int length, ref int read, ref int written)
    {
        if (source.Length - read < sizeof(ushort))
        {
            return false;
        }

        int offset = BinaryPrimitives.ReadUInt16LittleEndian(source[read..]);
        read += sizeof(ushort);
        if (!ReadLength(source, ref length, ref read) || offset == 0 || offset > written
            || length > destination.Length - written - MinMatch)
        {
            return false;
        }

        CopyBack(destination, written, offset, length + MinMatch);
        written += length + MinMatch;
        return true;
    }

    /// <summary>A copy that reaches into itself repeats its first bytes: the stretch that is there doubles.</summary>
    public static void CopyBack(Span<byte> destination, int written, int offset, int length)
    {
        var start = written - offset;
        for (var end = written + length; written < end;)
        {
            var piece = Math.Min(written - start, end - written);
            destination.Slice(start, piece).CopyTo(destination[written..]);
            written += piece;
        }
    }

    /// <summary>Reads the rest of a length of which a token holds the beginning.</summary>
    /// <returns>False if it has no end.</returns>
    public static bool ReadLength(ReadOnlySpan<byte> source, ref int length, ref int read)
    {
        if (length < LongLength)
        {
            return true;
        }

        // At most 255 for each byte of a source of 2 GiB: counted in 64 bits.
        long total = length;
        while (read < source.Length)
        {
            var next = source[read++];
            total += next;
            if (next < byte.MaxValue)
            {
                length = (int)Math.Min(total, int.MaxValue);
                return true;
            }
        }

        return false;
    }
}
