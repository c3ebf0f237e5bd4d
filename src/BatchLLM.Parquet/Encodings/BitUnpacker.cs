using System.Buffers.Binary;

namespace BatchLLM.Parquet.Encodings;

/// <summary>Unpacks integers of a fixed width in bits, least significant bit first.</summary>
internal static class BitUnpacker
{
    /// <summary>Unpacks as many values as the destination holds.</summary>
    /// <param name="data">Must reach to the last bit asked for; bytes behind it speed things up.</param>
    /// <param name="firstBit">Where the first value begins, in bits from the start of the data.</param>
    /// <param name="bitWidth">1 to 32 bits per value.</param>
    /// <param name="destination">Filled completely; a value of 32 bits may come out negative.</param>
    public static void Unpack(ReadOnlySpan<byte> data, long firstBit, int bitWidth, Span<int> destination)
    {
        var mask = (1UL << bitWidth) - 1;
        var bit = firstBit;
        var done = 0;

        // A value begins in the first byte loaded, so that 8 bytes always hold all of its 32 bits.
        for (; done < destination.Length && (bit >> 3) + 8 <= data.Length; done++, bit += bitWidth)
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(data[(int)(bit >> 3)..]);
            destination[done] = (int)((word >> (int)(bit & 7)) & mask);
        }

        if (done < destination.Length)
        {
            UnpackTail(data[(int)(bit >> 3)..], (int)(bit & 7), bitWidth, destination[done..]);
        }
    }

    /// <summary>Unpacks as many values as the destination holds.</summary>
    /// <param name="data">Must reach to the last bit asked for; bytes behind it speed things up.</param>
    /// <param name="firstBit">Where the first value begins, in bits from the start of the data.</param>
    /// <param name="bitWidth">0 to 64 bits per value.</param>
    /// <param name="destination">Filled completely; a value of 64 bits may come out negative.</param>
    public static void Unpack(ReadOnlySpan<byte> data, long firstBit, int bitWidth, Span<long> destination)
    {
        var mask = bitWidth == 0 ? 0 : ulong.MaxValue >> (64 - bitWidth);
        var bit = firstBit;
        var done = 0;

        // A value begins in the first byte loaded, so that 9 bytes always hold all of its 64 bits.
        for (; done < destination.Length && (bit >> 3) + 9 <= data.Length; done++, bit += bitWidth)
        {
            var (first, shift) = ((int)(bit >> 3), (int)(bit & 7));
            var word = BinaryPrimitives.ReadUInt64LittleEndian(data[first..]) >> shift;

            // In two steps, because a shift by 64 would be one by 0.
            var carried = (ulong)data[first + 8] << 1 << (63 - shift);
            destination[done] = (long)((word | carried) & mask);
        }

        if (done < destination.Length)
        {
            UnpackTail(data[(int)(bit >> 3)..], (int)(bit & 7), bitWidth, destination[done..]);
        }
    }

    /// <summary>Unpacks single bits, one byte each.</summary>
    /// <param name="data">Must reach to the last bit asked for.</param>
    /// <param name="firstBit">Where to begin, in bits from the start of the data.</param>
    /// <param name="destination">Filled completely with 0 and 1.</param>
    public static void UnpackBits(ReadOnlySpan<byte> data, long firstBit, Span<byte> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            var bit = firstBit + i;
            destination[i] = (byte)((data[(int)(bit >> 3)] >> (int)(bit & 7)) & 1);
        }
    }

    private static void UnpackTail(ReadOnlySpan<byte> tail, int firstBit, int bitWidth, Span<int> destination)
    {
        // Fewer than 8 bytes are left; zeros behind them make the wide loads possible.
        Span<byte> padded = stackalloc byte[16];
        padded.Clear();
        tail.CopyTo(padded);
        Unpack(padded, firstBit, bitWidth, destination);
    }

    private static void UnpackTail(ReadOnlySpan<byte> tail, int firstBit, int bitWidth, Span<long> destination)
    {
        // Fewer than 9 bytes are left.
        Span<byte> padded = stackalloc byte[24];
        padded.Clear();
        tail.CopyTo(padded);
        Unpack(padded, firstBit, bitWidth, destination);
    }
}
