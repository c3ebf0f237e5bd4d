using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Thrift;

namespace BatchLLM.Parquet.Metadata;

/// <summary>One column's pages in one row group (the format's <c>ColumnChunk</c> and <c>ColumnMetaData</c>).</summary>
internal sealed record ColumnChunk
{
    /// <summary>Set if the pages are in another file.</summary>
    public string? FilePath { get; init; }

    public bool IsEncrypted { get; init; }

    /// <summary>False if the footer holds no metadata of the chunk in clear text.</summary>
    public bool HasMetadata { get; init; }

    public ParquetPhysicalType Type { get; init; }

    public CompressionCodec Codec { get; init; }

    /// <summary>Values with nulls, or list elements with empty lists.</summary>
    public long ValueCount { get; init; }

    /// <summary>Bytes with page headers.</summary>
    public long CompressedSize { get; init; }

    /// <summary>Where in the file the first data page begins.</summary>
    public long DataPageOffset { get; init; }

    /// <summary>Where in the file the dictionary page begins. Some writers say 0 for none.</summary>
    public long? DictionaryPageOffset { get; init; }

    /// <summary>Where in the file the index of the data pages is; 0 for none.</summary>
    public long OffsetIndexOffset { get; init; }

    /// <summary>Bytes of that index.</summary>
    public int OffsetIndexLength { get; init; }

    /// <summary>Where in the file the first page of any kind begins.</summary>
    public long Offset =>
        DictionaryPageOffset is { } offset and > 0 && offset < DataPageOffset ? offset : DataPageOffset;

    public static ColumnChunk Read(ref CompactReader reader)
    {
        var chunk = new ColumnChunk();
        var outer = reader.EnterStruct();
        while (reader.NextField(out var id))
        {
            chunk = ReadField(ref reader, id, chunk);
        }

        reader.LeaveStruct(outer);
        return chunk;
    }

    private static ColumnChunk ReadField(ref CompactReader reader, short id, ColumnChunk chunk)
    {
        switch (id)
        {
            case 1:
                return chunk with { FilePath = reader.ReadString() };
            case 3:
                return ReadMetadata(ref reader, chunk);
            case 4:
                return chunk with { OffsetIndexOffset = reader.ReadInt64() };
            case 5:
                return chunk with { OffsetIndexLength = reader.ReadInt32() };
            case 8:
                reader.Skip();
                return chunk with { IsEncrypted = true };
            default:
                reader.Skip();
                return chunk;
        }
    }

    private static ColumnChunk ReadMetadata(ref CompactReader reader, ColumnChunk chunk)
    {
        chunk = chunk with { HasMetadata = true };
        var outer = reader.EnterStruct();
        while (reader.NextField(out var id))
        {
            chunk = ReadMetadataField(ref reader, id, chunk);
        }

        reader.LeaveStruct(outer);
        return chunk;
    }

    private static ColumnChunk ReadMetadataField(ref CompactReader reader, short id, ColumnChunk chunk)
    {
        switch (id)
        {
            case 1:
                return chunk with { Type = (ParquetPhysicalType)reader.ReadInt32() };
            case 4:
                return chunk with { Codec = (CompressionCodec)reader.ReadInt32() };
            case 5:
                return chunk with { ValueCount = reader.ReadInt64() };
            case 7:
                return chunk with { CompressedSize = reader.ReadInt64() };
            case 9:
                return chunk with { DataPageOffset = reader.ReadInt64() };
            case 11:
                return chunk with { DictionaryPageOffset = reader.ReadInt64() };
            default:
                reader.Skip();
                return chunk;
        }
    }
}
