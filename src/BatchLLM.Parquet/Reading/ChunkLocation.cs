using BatchLLM.Parquet.Compression;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet.Reading;

/// <summary>Where a column's pages stand in the file, checked against the file's length and the schema.</summary>
internal sealed record ChunkLocation(
    ParquetColumnSchema Column,
    PageCodec Codec,
    PagePlace Place,
    long Start,
    long ExpectedEnd,
    long HardEnd,
    long EntryCount)
{
    /// <summary>Where the index of the data pages is, not checked; empty where there is none.</summary>
    public ByteRange OffsetIndex { get; private init; }

    /// <summary>Checks what the footer says about a chunk.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="column">The column that was asked for.</param>
    /// <param name="place">For messages.</param>
    /// <param name="footerStart">Where the footer begins: every page ends before it.</param>
    /// <param name="rowCount">Rows of the row group.</param>
    public static ChunkLocation Of(
        ColumnChunk chunk, ParquetColumnSchema column, PagePlace place, long footerStart, long rowCount)
    {
        Refuse(chunk, place);
        if (chunk.Type != column.Type.Physical)
        {
            throw place.Damaged($"the chunk holds {chunk.Type}; expected the schema's {column.Type.Physical}");
        }

        if (chunk.Offset < 0 || chunk.CompressedSize < 0 || chunk.Offset > footerStart - chunk.CompressedSize)
        {
            throw place.Damaged(
                $"{chunk.CompressedSize} bytes at {chunk.Offset} are claimed; the pages end at {footerStart}");
        }

        CheckCount(chunk, column, place, rowCount);

        var codec = PageCodec.Find(chunk.Codec) ?? throw place.Unsupported($"the compression codec {chunk.Codec}");
        if (codec.Lack is { } lack)
        {
            throw place.Lacking($"the compression codec {chunk.Codec} and so needs {lack}");
        }

        var end = chunk.Offset + chunk.CompressedSize;
        return new ChunkLocation(column, codec, place, chunk.Offset, end, footerStart, chunk.ValueCount)
        {
            OffsetIndex = IndexOf(chunk),
        };
    }

    /// <summary>A list takes one entry even where it is empty.</summary>
    private static void CheckCount(ColumnChunk chunk, ParquetColumnSchema column, PagePlace place, long rowCount)
    {
        if (column.MaxRepetition == 0 && chunk.ValueCount != rowCount)
        {
            throw place.Damaged($"the chunk claims {chunk.ValueCount} values; expected one per row, {rowCount}");
        }

        if (chunk.ValueCount < rowCount)
        {
            throw place.Damaged($"the chunk claims {chunk.ValueCount} values; expected at least one per row, {rowCount}");
        }
    }

    // The sum of a damaged length and a damaged offset must not wrap around.
    private static ByteRange IndexOf(ColumnChunk chunk) =>
        new(chunk.OffsetIndexOffset, Math.Min(chunk.OffsetIndexOffset, long.MaxValue / 2) + chunk.OffsetIndexLength);

    private static void Refuse(ColumnChunk chunk, PagePlace place)
    {
        if (chunk.FilePath is { Length: > 0 } path)
        {
            throw place.Unsupported($"pages in another file, '{path}'");
        }

        if (chunk.IsEncrypted || !chunk.HasMetadata)
        {
            throw place.Unsupported("encryption");
        }
    }
}
