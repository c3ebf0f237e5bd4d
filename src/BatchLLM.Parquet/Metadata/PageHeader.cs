using BatchLLM.Parquet.Thrift;

namespace BatchLLM.Parquet.Metadata;

/// <summary>
/// What stands before a page (the format's <c>PageHeader</c> with the header of the page's type inside).
/// </summary>
internal record struct PageHeader
{
    public PageType Type { get; set; }

    /// <summary>Bytes after the header once decompressed, with the levels.</summary>
    public int UncompressedSize { get; set; }

    /// <summary>Bytes after the header as they are in the file.</summary>
    public int CompressedSize { get; set; }

    /// <summary>The CRC-32 of the bytes after the header as they are in the file; null if there is none.</summary>
    public uint? Checksum { get; set; }

    /// <summary>Values with nulls in a data page, entries in a dictionary page.</summary>
    public int ValueCount { get; set; }

    /// <summary>How the values are laid out.</summary>
    public ParquetEncoding Encoding { get; set; }

    /// <summary>How the definition levels of a version 1 page are laid out.</summary>
    public ParquetEncoding DefinitionEncoding { get; set; }

    /// <summary>How the repetition levels of a version 1 page are laid out.</summary>
    public ParquetEncoding RepetitionEncoding { get; set; }

    /// <summary>Bytes of definition levels of a version 2 page; they are never compressed.</summary>
    public int DefinitionLength { get; set; }

    /// <summary>Bytes of repetition levels of a version 2 page; they come first and are never compressed.</summary>
    public int RepetitionLength { get; set; }

    /// <summary>
    /// False if the values of a version 2 page are stored as they are although the chunk has a codec.
    /// </summary>
    public bool IsCompressed { get; set; }

    /// <summary>True if the header of the page's type was there.</summary>
    public bool HasTypeHeader { get; set; }

    public static PageHeader Read(ref CompactReader reader)
    {
        var header = new PageHeader { IsCompressed = true };
        var outer = reader.EnterStruct();
        while (reader.NextField(out var id))
        {
            header.ReadField(ref reader, id);
        }

        reader.LeaveStruct(outer);
        return header;
    }

    private void ReadField(ref CompactReader reader, short id)
    {
        switch (id)
        {
            case 1:
                Type = (PageType)reader.ReadInt32();
                break;
            case 2:
                UncompressedSize = reader.ReadInt32();
                break;
            case 3:
                CompressedSize = reader.ReadInt32();
                break;
            case 4:
                Checksum = (uint)reader.ReadInt32();
                break;
            case 5 when Type == PageType.Data:
            case 7 when Type == PageType.Dictionary:
            case 8 when Type == PageType.DataV2:
                ReadTypeHeader(ref reader);
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private void ReadTypeHeader(ref CompactReader reader)
    {
        HasTypeHeader = true;
        var outer = reader.EnterStruct();
        while (reader.NextField(out var id))
        {
            ReadTypeField(ref reader, id);
        }

        reader.LeaveStruct(outer);
    }

    private void ReadTypeField(ref CompactReader reader, short id)
    {
        switch (Type, id)
        {
            case (_, 1):
                ValueCount = reader.ReadInt32();
                break;
            case (PageType.Data or PageType.Dictionary, 2):
            case (PageType.DataV2, 4):
                Encoding = (ParquetEncoding)reader.ReadInt32();
                break;
            case (PageType.Data, 3):
                DefinitionEncoding = (ParquetEncoding)reader.ReadInt32();
                break;
            case (PageType.Data, 4):
                RepetitionEncoding = (ParquetEncoding)reader.ReadInt32();
                break;
            case (PageType.DataV2, 5):
                DefinitionLength = reader.ReadInt32();
                break;
            case (PageType.DataV2, 6):
                RepetitionLength = reader.ReadInt32();
                break;
            case (PageType.DataV2, 7):
                IsCompressed = reader.ReadBoolean();
                break;
            default:
                reader.Skip();
                break;
        }
    }
}
