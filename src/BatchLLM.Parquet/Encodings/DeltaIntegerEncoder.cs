using System.Buffers.Binary;
using System.Numerics;
using BatchLLM.Parquet.Writing;

namespace BatchLLM.Parquet.Encodings;

/// <summary>
/// Encodes integers as DELTA_BINARY_PACKED, in the blocks that every other writer makes: 128 differences in four
/// miniblocks of 32, each packed in the bits that its largest difference above the block's smallest needs.
/// </summary>
/// <remarks>
/// Source: Encodings.md of the format. Differences wrap around in 64 bits. Whoever encodes 32-bit values sees to it that
/// theirs do not need more than 32, because readers that calculate in 32 bits refuse wider miniblocks.
/// </remarks>
internal static class DeltaIntegerEncoder
{
    private const int BlockSize = 128;
    private const int MiniblockSize = 32;
    private const int Miniblocks = BlockSize / MiniblockSize;

    /// <summary>Appends the header and all blocks.</summary>
    public static void Encode(ReadOnlySpan<long> values, ByteBuffer output)
    {
        output.AppendVarint(BlockSize);
        output.AppendVarint(Miniblocks);
        output.AppendVarint((ulong)values.Length);
        output.AppendZigZag(values.IsEmpty ? 0 : values[0]);
        Span<long> room = stackalloc long[BlockSize];
        for (var start = 1; start < values.Length; start += BlockSize)
        {
            var differences = room[..Math.Min(BlockSize, values.Length - start)];
            for (var i = 0; i < differences.Length; i++)
            {
                differences[i] = unchecked(values[start + i] - values[start + i - 1]);
            }

            WriteBlock(differences, output);
        }
    }

    private static void WriteBlock(Span<long> differences, ByteBuffer output)
    {
        var smallest = long.MaxValue;
        foreach (var difference in differences)
        {
            smallest = Math.Min(smallest, difference);
        }

        foreach (ref var difference in differences)
        {
            difference = unchecked(difference - smallest);
        }

        output.AppendZigZag(smallest);
        for (var i = 0; i < Miniblocks; i++)
        {
            output.Append((byte)BitWidth(Miniblock(differences, i)));
        }

        for (var i = 0; i < Miniblocks; i++)
        {
            Pack(Miniblock(differences, i), output);
        }
    }

    private static ReadOnlySpan<long> Miniblock(ReadOnlySpan<long> block, int index)
    {
        var start = Math.Min(index * MiniblockSize, block.Length);
        return block.Slice(start, Math.Min(MiniblockSize, block.Length - start));
    }

    /// <summary>0 for a miniblock without values, too, which then takes no bytes.</summary>
    private static int BitWidth(ReadOnlySpan<long> values)
    {
        var any = 0UL;
        foreach (var value in values)
        {
            any |= (ulong)value;
        }

        return 64 - BitOperations.LeadingZeroCount(any);
    }

    /// <summary>Appends a whole miniblock: zeros stand for the values that the last one lacks.</summary>
    private static void Pack(ReadOnlySpan<long> values, ByteBuffer output)
    {
        var width = BitWidth(values);
        var size = MiniblockSize / 8 * width;

        // A value begins in the first byte that is touched and ends in the ninth at the latest.
        var packed = output.Reserve(size + sizeof(ulong) + 1)[..(size + sizeof(ulong) + 1)];
        packed.Clear();
        for (var (i, bit) = (0, 0); i < values.Length; i++, bit += width)
        {
            var place = packed[(bit >> 3)..];
            var (shift, value) = (bit & 7, (ulong)values[i]);
            var word = BinaryPrimitives.ReadUInt64LittleEndian(place) | (value << shift);
            BinaryPrimitives.WriteUInt64LittleEndian(place, word);

            // In two steps, because a shift by 64 would be one by 0.
            place[sizeof(ulong)] |= (byte)(value >> 1 >> (63 - shift));
        }

        output.Commit(size);
    }
}
