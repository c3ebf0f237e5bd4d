using System.Buffers.Binary;
using System.Numerics;

namespace BatchLLM.Parquet.Compression;

/// <summary>
/// Encodes the raw Snappy format: greedy matches of at least four bytes, found through a hash table of the positions
/// seen in the current block. The same input always gives the same output.
/// </summary>
internal static class SnappyEncoder
{
    // Offsets inside a block fit two bytes, and so do the table's positions.
    private const int BlockSize = 1 << 16;
    private const int HashBits = 14;
    private const int MinMatch = 4;

    /// <summary>
    /// The most bytes that an input can become: one tag byte per literal run, at worst one per 6 bytes.
    /// </summary>
    public static int MaxEncodedLength(int length) => checked(32 + length + (length / 6));

    /// <summary>Encodes all of the source.</summary>
    /// <param name="source">The bytes to encode.</param>
    /// <param name="destination">At least <see cref="MaxEncodedLength"/> bytes.</param>
    /// <returns>The number of bytes written.</returns>
    public static int Encode(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var written = WriteLength((uint)source.Length, destination);
        Span<ushort> table = stackalloc ushort[1 << HashBits];
        for (var start = 0; start < source.Length; start += BlockSize)
        {
            table.Clear();
            var block = source.Slice(start, Math.Min(BlockSize, source.Length - start));
            written += EncodeBlock(block, table, destination[written..]);
        }

        return written;
    }

    private static int WriteLength(uint length, Span<byte> destination)
    {
        var written = 0;
        for (; length >= 0x80; length >>= 7)
        {
            destination[written++] = (byte)(length | 0x80);
        }

        destination[written++] = (byte)length;
        return written;
    }

    private static int EncodeBlock(ReadOnlySpan<byte> block, Span<ushort> table, Span<byte> destination)
    {
        var (written, literalStart, position) = (0, 0, 1);
        while (FindMatch(block, table, ref position, literalStart) is var candidate and >= 0)
        {
            written += WriteLiteral(block[literalStart..position], destination[written..]);
            var length = MatchLength(block, candidate, position);
            written += WriteCopies(position - candidate, length, destination[written..]);
            position += length;
            literalStart = position;
        }

        return written + WriteLiteral(block[literalStart..], destination[written..]);
    }

    /// <summary>
    /// Moves to the next position that repeats an earlier one; text that does not repeat is strode over.
    /// </summary>
    /// <returns>The earlier position, or -1 if the block holds no more matches.</returns>
    private static int FindMatch(ReadOnlySpan<byte> block, Span<ushort> table, ref int position, int literalStart)
    {
        while (position <= block.Length - MinMatch)
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(block[position..]);
            var slot = (int)((word * 0x9E3779B1u) >> (32 - HashBits));
            var candidate = table[slot];
            table[slot] = (ushort)position;
            if (candidate < position && BinaryPrimitives.ReadUInt32LittleEndian(block[candidate..]) == word)
            {
                return candidate;
            }

            position += 1 + ((position - literalStart) >> 5);
        }

        return -1;
    }

    private static int MatchLength(ReadOnlySpan<byte> block, int candidate, int position)
    {
        var length = MinMatch;
        while (position + length <= block.Length - 8)
        {
            var difference = BinaryPrimitives.ReadUInt64LittleEndian(block[(candidate + length)..])
                ^ BinaryPrimitives.ReadUInt64LittleEndian(block[(position + length)..]);
            if (difference != 0)
            {
                return length + (BitOperations.TrailingZeroCount(difference) >> 3);
            }

            length += 8;
        }

        while (position + length < block.Length && block[candidate + length] == block[position + length])
        {
            length++;
        }

        return length;
    }

    private static int WriteLiteral(ReadOnlySpan<byte> literal, Span<byte> destination)
    {
        if (literal.IsEmpty)
        {
            return 0;
        }

        var header = WriteLiteralTag(literal.Length - 1, destination);
        literal.CopyTo(destination[header..]);
        return header + literal.Length;
    }

    private static int WriteLiteralTag(int minusOne, Span<byte> destination)
    {
        if (minusOne < 60)
        {
            destination[0] = (byte)(minusOne << 2);
            return 1;
        }

        // A block holds at most 65,536 bytes, so that two length bytes always do.
        var lengthBytes = minusOne < 256 ? 1 : 2;
        destination[0] = (byte)((59 + lengthBytes) << 2);
        destination[1] = (byte)minusOne;
        destination[2] = (byte)(minusOne >> 8);
        return 1 + lengthBytes;
    }

    private static int WriteCopies(int offset, int length, Span<byte> destination)
    {
        var written = 0;
        for (; length >= 68; length -= 64)
        {
            written += WriteCopy(offset, 64, destination[written..]);
        }

        if (length > 64)
        {
            // Leaves at least four bytes for the last copy, so that it can take the short form.
            written += WriteCopy(offset, 60, destination[written..]);
            length -= 60;
        }

        return written + WriteCopy(offset, length, destination[written..]);
    }

    private static int WriteCopy(int offset, int length, Span<byte> destination)
    {
        if (length is >= 4 and <= 11 && offset < 2048)
        {
            destination[0] = (byte)(1 | ((length - 4) << 2) | ((offset >> 8) << 5));
            destination[1] = (byte)offset;
            return 2;
        }

        destination[0] = (byte)(2 | ((length - 1) << 2));
        destination[1] = (byte)offset;
        destination[2] = (byte)(offset >> 8);
        return 3;
    }
}
