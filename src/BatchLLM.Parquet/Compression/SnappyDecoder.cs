using System.Buffers.Binary;

namespace BatchLLM.Parquet.Compression;

/// <summary>
/// Decodes the raw Snappy format: the decoded length as a varint, then literals and copies of earlier output. Every
/// element is checked against both ends before it is carried out; wide moves happen only where both buffers have room
/// for the whole width, and what they write too much is overwritten by the next element.
/// </summary>
internal static partial class SnappyDecoder
{
    /// <summary>Bytes that a copy, or a literal with a length in its tag, gives at most.</summary>
    public const int MaxCopy = 64;

    /// <summary>The longest literal whose length is in its tag.</summary>
    public const int MaxShortLiteral = 60;

    /// <summary>Decodes into exactly the given space.</summary>
    /// <returns>Null, or what is wrong with the source, as a clause.</returns>
    public static string? Decode(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var (length, at) = ReadLength(source);
        if (at < 0)
        {
            return "Snappy data does not begin with a length";
        }

        if (length != destination.Length)
        {
            return $"Snappy data declares {length} bytes; expected {destination.Length}";
        }

        return DecodeElements(source[at..], destination);
    }

    /// <summary>Reads what stands before the elements.</summary>
    /// <returns>The decoded length and where the elements begin; a negative place if there is no length.</returns>
    public static (long Length, int Position) ReadLength(ReadOnlySpan<byte> source)
    {
        long length = 0;
        for (var i = 0; i < Math.Min(5, source.Length); i++)
        {
            length |= (long)(source[i] & 0x7F) << (7 * i);
            if (source[i] < 0x80)
            {
                return (length, i + 1);
            }
        }

        return (0, -1);
    }

    private static string? DecodeElements(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var (read, written) = (0, 0);
        while (read < source.Length)
        {
            DecodeFast(source, destination, ref read, ref written);
            if (read < source.Length && !DecodeOne(source, destination, ref read, ref written))
            {
                return $"Snappy data is broken at byte {read} of {source.Length}, after {written} decoded bytes";
            }
        }

        return written == destination.Length
            ? null
            : $"Snappy data ends after {written} decoded bytes; expected {destination.Length}";
    }

    private static bool DecodeOne(ReadOnlySpan<byte> source, Span<byte> destination, ref int read, ref int written)
    {
        var tag = source[read++];
        return (tag & 3) == 0
            ? Literal(source, destination, (tag >> 2) + 1, ref read, ref written)
            : Copy(source, destination, tag, ref read, ref written);
    }

    private static bool Literal(
        ReadOnlySpan<byte> source, Span<byte> destination, int length, ref int read, ref int written)
    {
        if (length > MaxShortLiteral && !ReadLiteralLength(source, ref length, ref read))
        {
            return false;
        }

        if (length > source.Length - read || length > destination.Length - written)
        {
            return false;
        }

        source.Slice(read, length).CopyTo(destination[written..]);
        read += length;
        written += length;
        return true;
    }

    /// <summary>Reads the length of a literal whose tag says only how many bytes the length takes.</summary>
    public static bool ReadLiteralLength(ReadOnlySpan<byte> source, ref int length, ref int read)
    {
        var lengthBytes = length - 60;
        if (source.Length - read < lengthBytes)
        {
            return false;
        }

        uint minusOne = 0;
        for (var i = 0; i < lengthBytes; i++)
        {
            minusOne |= (uint)source[read++] << (8 * i);
        }

        length = (int)Math.Min(minusOne, int.MaxValue - 1) + 1;
        return true;
    }

    /// <summary>Decodes a copy behind its tag.</summary>
    /// <returns>False if it is cut, goes back too far or gives more than there is room for.</returns>
    public static bool Copy(
        ReadOnlySpan<byte> source, Span<byte> destination, byte tag, ref int read, ref int written)
    {
        var kind = tag & 3;
        var offsetBytes = kind == 3 ? 4 : kind;
        if (source.Length - read < offsetBytes)
        {
            return false;
        }

        var length = kind == 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
        var offset = kind switch
        {
            1 => ((uint)(tag >> 5) << 8) | source[read],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(source[read..]),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(source[read..]),
        };
        read += offsetBytes;
        if (offset == 0 || offset > (uint)written || length > destination.Length - written)
        {
            return false;
        }

        // One by one: an offset below the length repeats what this very copy writes.
        for (var end = written + length; written < end; written++)
        {
            destination[written] = destination[written - (int)offset];
        }

        return true;
    }
}
