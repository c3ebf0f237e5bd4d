using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Encodings;

/// <summary>The encoded values of one page.</summary>
/// <param name="Data">The decompressed page.</param>
/// <param name="Start">Index of the first byte of values.</param>
/// <param name="End">Index after the last byte of values.</param>
/// <param name="Type">The column's type.</param>
/// <param name="Place">For messages.</param>
internal sealed record PageValues(byte[] Data, int Start, int End, ParquetColumnType Type, PagePlace Place)
{
    /// <summary>Chooses the decoder.</summary>
    /// <param name="encoding">As the page's header names it.</param>
    /// <param name="dictionary">The chunk's dictionary, if there was one.</param>
    /// <param name="dictionaryCount">Entries of the dictionary.</param>
    public ValueDecoder Decode(ParquetEncoding encoding, ColumnValues? dictionary, int dictionaryCount)
    {
        return encoding switch
        {
            ParquetEncoding.PLAIN => DecodePlain(),
            ParquetEncoding.PLAIN_DICTIONARY or ParquetEncoding.RLE_DICTIONARY =>
                new DictionaryDecoder(this, dictionary ?? throw NoDictionary(), dictionaryCount),
            ParquetEncoding.RLE when Type.Physical == ParquetPhysicalType.Boolean =>
                RunLengthBooleanDecoder.Create(this),
            _ when Enum.IsDefined(encoding) => throw Place.Unsupported(encoding.ToString()),
            _ => throw Place.Unsupported(FormattableString.Invariant($"the unknown encoding {(int)encoding}")),
        };
    }

    /// <summary>The decoder for PLAIN, which is also the layout of dictionaries.</summary>
    public ValueDecoder DecodePlain() => Type.Physical switch
    {
        ParquetPhysicalType.Boolean => new PlainBooleanDecoder(this),
        ParquetPhysicalType.ByteArray => new PlainByteArrayDecoder(this),
        ParquetPhysicalType.Int96 or ParquetPhysicalType.FixedLengthByteArray => new PlainFixedLengthDecoder(this),
        _ => new PlainNumberDecoder(this),
    };

    private ParquetException NoDictionary() =>
        Place.Damaged($"the page refers to a dictionary; expected one before the first data page");
}
