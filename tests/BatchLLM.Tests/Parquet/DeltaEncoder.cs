using System.Numerics;
using BatchLLM.Parquet.Writing;

namespace BatchLLM.Tests.Parquet;

/// <summary>The delta encodings as the format describes them, written to be read, not to be fast.</summary>
internal sealed class DeltaEncoder
{
    /// <summary>Values per block; a multiple of 128.</summary>
    public int BlockSize { get; init; } = 128;

    /// <summary>Parts of a block.</summary>
    public int Miniblocks { get; init; } = 4;

    /// <summary>False to end with the bits of the last value, as some writers do.</summary>
    public bool IsPadded { get; init; } = true;

    /// <summary>What the widths of miniblocks without values say; readers must accept anything.</summary>
    public byte UnneededWidth { get; init; }

    /// <summary>DELTA_BINARY_PACKED.</summary>
    public byte[] Integers(ReadOnlySpan<long> values)
    {
        var output = new ByteBuffer();
        WriteVarint((ulong)BlockSize, output);
        WriteVarint((ulong)Miniblocks, output);
        WriteVarint((ulong)values.Length, output);
        WriteZigZag(values.IsEmpty ? 0 : values[0], output);
        for (var start = 1; start < values.Length; start += BlockSize)
        {
            var deltas = new long[Math.Min(BlockSize, values.Length - start)];
            for (var i = 0; i < deltas.Length; i++)
            {
                deltas[i] = unchecked(values[start + i] - values[start + i - 1]);
            }

            WriteBlock(deltas, output);
        }

        return output.Span.ToArray();
    }

    /// <summary>DELTA_LENGTH_BYTE_ARRAY.</summary>
    public byte[] LengthByteArrays(IReadOnlyCollection<byte[]> values) =>
        [.. Integers([.. values.Select(value => (long)value.Length)]), .. values.SelectMany(value => value)];

    /// <summary>DELTA_BYTE_ARRAY.</summary>
    public byte[] ByteArrays(IReadOnlyList<byte[]> values)
    {
        var prefixes = values.Select((value, i) => i == 0 ? 0 : value.AsSpan().CommonPrefixLength(values[i - 1]));
        var shared = prefixes.ToArray();
        var suffixes = values.Select((value, i) => value[shared[i]..]).ToList();
        return [.. Integers([.. shared.Select(length => (long)length)]), .. LengthByteArrays(suffixes)];
    }

    private void WriteBlock(ReadOnlySpan<long> deltas, ByteBuffer output)
    {
        var smallest = long.MaxValue;
        foreach (var delta in deltas)
        {
            smallest = Math.Min(smallest, delta);
        }

        WriteZigZag(smallest, output);
        var size = BlockSize / Miniblocks;
        var parts = new List<(ulong[] Values, int Width)>();
        for (var start = 0; start < deltas.Length; start += size)
        {
            var part = deltas.Slice(start, Math.Min(size, deltas.Length - start)).ToArray();
            var above = Array.ConvertAll(part, delta => unchecked((ulong)delta - (ulong)smallest));
            parts.Add((above, 64 - BitOperations.LeadingZeroCount(above.Max())));
        }

        for (var i = 0; i < Miniblocks; i++)
        {
            output.Append(i < parts.Count ? (byte)parts[i].Width : UnneededWidth);
        }

        parts.ForEach(part => WritePacked(part.Values, part.Width, output));
    }

    private void WritePacked(ulong[] values, int width, ByteBuffer output)
    {
        var count = IsPadded ? BlockSize / Miniblocks : values.Length;
        var packed = new byte[((count * width) + 7) / 8];
        for (var bit = 0; bit < values.Length * width; bit++)
        {
            packed[bit / 8] |= (byte)(((values[bit / width] >> (bit % width)) & 1) << (bit % 8));
        }

        output.Append(packed);
    }

    private static void WriteZigZag(long value, ByteBuffer output) =>
        WriteVarint((ulong)((value << 1) ^ (value >> 63)), output);

    private static void WriteVarint(ulong value, ByteBuffer output)
    {
        for (; value >= 0x80; value >>= 7)
        {
            output.Append((byte)(value | 0x80));
        }

        output.Append((byte)value);
    }
}
