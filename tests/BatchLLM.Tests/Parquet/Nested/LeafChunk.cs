using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Thrift;
using BatchLLM.Parquet.Writing;

namespace BatchLLM.Tests.Parquet.Nested;

/// <summary>One column of one row group, made of levels and values as a test wants them, right or wrong.</summary>
internal sealed record LeafChunk(ParquetPhysicalType Type, int MaxRepetition, int MaxDefinition)
{
    /// <summary>The entries of each page.</summary>
    public List<List<Entry>> Pages { get; } = [];

    /// <summary>1 or 2.</summary>
    public int PageVersion { get; init; } = 1;

    /// <summary>RLE, or the deprecated BIT_PACKED of version 1.</summary>
    public ParquetEncoding Levels { get; init; } = ParquetEncoding.RLE;

    /// <summary>What the footer says; null for the truth.</summary>
    public long? ClaimedValues { get; init; }

    public long EntryCount => ClaimedValues ?? Pages.Sum(page => (long)page.Count);

    public byte[] Encode()
    {
        var output = new ByteBuffer();
        foreach (var page in Pages)
        {
            var repetitions = EncodeLevels([.. page.Select(entry => entry.Repetition)], MaxRepetition);
            var definitions = EncodeLevels([.. page.Select(entry => entry.Definition)], MaxDefinition);
            byte[] values = [.. page.SelectMany(entry => entry.Value ?? [])];
            byte[] body = [.. repetitions, .. definitions, .. values];
            output.Append(Header(page, body.Length, repetitions.Length, definitions.Length));
            output.Append(body);
        }

        return output.Span.ToArray();
    }

    private byte[] EncodeLevels(int[] levels, int most)
    {
        if (most == 0)
        {
            return [];
        }

        var width = LevelDecoder.BitWidth(most);
        if (Levels == ParquetEncoding.BIT_PACKED)
        {
            return Pack(levels, width);
        }

        var runs = new ByteBuffer();
        HybridEncoder.Encode(levels, width, runs);
        return PageVersion == 2 ? runs.Span.ToArray() : [.. BitConverter.GetBytes(runs.Length), .. runs.Span];
    }

    /// <summary>Most significant bit first, as text of bits, to be unlike what reads it.</summary>
    private static byte[] Pack(int[] levels, int width)
    {
        var bits = string.Concat(levels.Select(level => Convert.ToString(level, 2).PadLeft(width, '0')));
        return [.. bits.PadRight((bits.Length + 7) / 8 * 8, '0').Chunk(8).Select(octet => Convert.ToByte(new string(octet), 2))];
    }

    private ReadOnlySpan<byte> Header(List<Entry> page, int size, int repetitionLength, int definitionLength)
    {
        var header = new CompactWriter();
        header.BeginStruct();
        header.WriteInt32(1, PageVersion == 2 ? 3 : 0);
        header.WriteInt32(2, size);
        header.WriteInt32(3, size);
        header.BeginStruct((short)(PageVersion == 2 ? 8 : 5));
        header.WriteInt32(1, page.Count);
        if (PageVersion == 2)
        {
            header.WriteInt32(2, page.Count(entry => entry.Value is null));
            header.WriteInt32(3, page.Count(entry => entry.Repetition == 0));
            header.WriteInt32(4, (int)ParquetEncoding.PLAIN);
            header.WriteInt32(5, definitionLength);
            header.WriteInt32(6, repetitionLength);
            header.WriteBoolean(7, false);
        }
        else
        {
            header.WriteInt32(2, (int)ParquetEncoding.PLAIN);
            header.WriteInt32(3, (int)Levels);
            header.WriteInt32(4, (int)Levels);
        }

        header.EndStruct();
        header.EndStruct();
        return header.Written.Span;
    }
}
