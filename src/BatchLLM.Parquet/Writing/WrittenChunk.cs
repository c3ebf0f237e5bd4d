using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Thrift;

namespace BatchLLM.Parquet.Writing;

/// <summary>What the footer says about a chunk that stands in the file.</summary>
/// <param name="Builder">Names the column and holds the statistics until the footer's part is written.</param>
/// <param name="Codec">How its pages are compressed.</param>
/// <param name="Encoding">How the values of its pages are laid out.</param>
/// <param name="DictionaryOffset">Where the dictionary page begins, in bytes from the start of the file; null
/// without.</param>
/// <param name="Pages">Its data pages; at least one.</param>
internal sealed record WrittenChunk(
    ColumnChunkBuilder Builder,
    CompressionCodec Codec,
    ParquetEncoding Encoding,
    long? DictionaryOffset,
    IReadOnlyList<WrittenPage> Pages)
{
    /// <summary>Bytes with page headers.</summary>
    public long UncompressedSize { get; init; }

    /// <summary>Bytes with page headers.</summary>
    public long CompressedSize { get; init; }

    /// <summary>Where the index of its pages stands; known once that is written.</summary>
    public IndexPlace OffsetIndex { get; init; }

    /// <summary>Where the bounds of its pages stand; null if there are none.</summary>
    public IndexPlace? ColumnIndex { get; init; }

    /// <summary>Where the first page begins, in bytes from the start of the file.</summary>
    public long Start => DictionaryOffset ?? Pages[0].Offset;

    /// <summary>Writes the format's <c>ColumnChunk</c> as a list's element.</summary>
    public void Write(CompactWriter writer)
    {
        writer.BeginStruct();
        writer.WriteInt64(2, 0);
        writer.BeginStruct(3);
        WriteMetadata(writer);
        writer.EndStruct();
        WriteIndexes(writer);
        writer.EndStruct();
    }

    private void WriteMetadata(CompactWriter writer)
    {
        writer.WriteInt32(1, (int)Builder.Column.Type.Physical);
        WriteEncodings(writer);
        WritePath(writer);
        writer.WriteInt32(4, (int)Codec);
        writer.WriteInt64(5, Builder.LevelCount);
        writer.WriteInt64(6, UncompressedSize);
        writer.WriteInt64(7, CompressedSize);
        writer.WriteInt64(9, Pages[0].Offset);
        if (DictionaryOffset is { } offset)
        {
            writer.WriteInt64(11, offset);
        }

        WriteStatistics(writer);
    }

    private void WriteEncodings(CompactWriter writer)
    {
        // Levels are RLE, dictionaries PLAIN.
        ParquetEncoding[] encodings = Encoding == ParquetEncoding.PLAIN
            ? [ParquetEncoding.RLE, ParquetEncoding.PLAIN]
            : DictionaryOffset is null ? [ParquetEncoding.RLE, Encoding]
            : [ParquetEncoding.RLE, ParquetEncoding.PLAIN, Encoding];
        writer.BeginList(2, CompactType.I32, encodings.Length);
        foreach (var encoding in encodings)
        {
            writer.WriteElement((int)encoding);
        }
    }

    private void WritePath(CompactWriter writer)
    {
        writer.BeginList(3, CompactType.Binary, Builder.Path.Count);
        foreach (var name in Builder.Path)
        {
            writer.WriteElement(name);
        }
    }

    private void WriteStatistics(CompactWriter writer)
    {
        writer.BeginStruct(12);
        writer.WriteInt64(3, Builder.Statistics.NullCount);
        if (Builder.Statistics.Bounds() is { } bounds)
        {
            if (bounds.Max is { } max)
            {
                writer.WriteBinary(5, max);
            }

            writer.WriteBinary(6, bounds.Min);
            if (bounds.Max is not null)
            {
                writer.WriteBoolean(7, bounds.IsMaxExact);
            }

            writer.WriteBoolean(8, bounds.IsMinExact);
        }

        if (Builder.Column.Type.Kind == ParquetValueKind.Real)
        {
            writer.WriteInt64(9, Builder.Statistics.NanCount);
        }

        writer.EndStruct();
    }

    private void WriteIndexes(CompactWriter writer)
    {
        writer.WriteInt64(4, OffsetIndex.Offset);
        writer.WriteInt32(5, OffsetIndex.Length);
        if (ColumnIndex is { } place)
        {
            writer.WriteInt64(6, place.Offset);
            writer.WriteInt32(7, place.Length);
        }
    }
}
