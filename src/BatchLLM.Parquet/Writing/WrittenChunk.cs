using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Thrift;

namespace BatchLLM.Parquet.Writing;

/// <summary>What the footer says about a chunk that stands in the file.</summary>
/// <param name="Builder">Names the column and holds the statistics until the footer's part is written.</param>
/// <param name="Codec">How its pages are compressed.</param>
/// <param name="DictionaryOffset">Where the dictionary page begins, in bytes from the start of the file; null
/// without.</param>
/// <param name="DataOffset">Where the first data page begins, in bytes from the start of the file.</param>
/// <param name="UncompressedSize">Bytes with page headers.</param>
/// <param name="CompressedSize">Bytes with page headers.</param>
internal sealed record WrittenChunk(
    ColumnChunkBuilder Builder,
    CompressionCodec Codec,
    long? DictionaryOffset,
    long DataOffset,
    long UncompressedSize,
    long CompressedSize)
{
    /// <summary>Writes the format's <c>ColumnChunk</c> as a list's element.</summary>
    public void Write(CompactWriter writer)
    {
        writer.BeginStruct();
        writer.WriteInt64(2, 0);
        writer.BeginStruct(3);
        WriteMetadata(writer);
        writer.EndStruct();
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
        writer.WriteInt64(9, DataOffset);
        if (DictionaryOffset is { } offset)
        {
            writer.WriteInt64(11, offset);
        }

        Builder.Statistics.Write(writer, 12);
    }

    private void WriteEncodings(CompactWriter writer)
    {
        ParquetEncoding[] encodings = DictionaryOffset is null
            ? [ParquetEncoding.RLE, ParquetEncoding.PLAIN]
            : [ParquetEncoding.RLE, ParquetEncoding.PLAIN, ParquetEncoding.RLE_DICTIONARY];
        writer.BeginList(2, CompactType.I32, encodings.Length);
        foreach (var encoding in encodings)
        {
            writer.WriteElement((int)encoding);
        }
    }

    private void WritePath(CompactWriter writer)
    {
        string[] path = Builder.Column.Type.IsList ? [Builder.Column.Name, "list", "element"] : [Builder.Column.Name];
        writer.BeginList(3, CompactType.Binary, path.Length);
        foreach (var name in path)
        {
            writer.WriteElement(name);
        }
    }
}
