using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet.Encodings;

/// <summary>The encoded values of one page.</summary>
/// <param name="Data">The decompressed page.</param>
/// <param name="Start">Index of the first byte of values.</param>
/// <param name="End">Index after the last byte of values.</param>
/// <param name="Type">The column's type.</param>
/// <param name="Place">For messages.</param>
internal sealed record PageValues(byte[] Data, int Start, int End, ParquetColumnType Type, PagePlace Place)
{
    private bool IsSplittable => Type.Physical
        is not (ParquetPhysicalType.Boolean or ParquetPhysicalType.Int96 or ParquetPhysicalType.ByteArray);

    /// <summary>Chooses the decoder.</summary>
    /// <param name="encoding">As the page's header names it.</param>
    /// <param name="dictionary">The chunk's dictionary, if there was one.</param>
    public ValueDecoder Decode(ParquetEncoding encoding, PageDictionary? dictionary)
    {
        return encoding switch
        {
            ParquetEncoding.PLAIN => DecodePlain(),
            ParquetEncoding.PLAIN_DICTIONARY or ParquetEncoding.RLE_DICTIONARY =>
                new DictionaryDecoder(this, dictionary ?? throw NoDictionary()),
            ParquetEncoding.RLE when Type.Physical == ParquetPhysicalType.Boolean =>
                RunLengthBooleanDecoder.Create(this),
            ParquetEncoding.DELTA_BINARY_PACKED
                when Type.Physical is ParquetPhysicalType.Int32 or ParquetPhysicalType.Int64 =>
                new DeltaNumberDecoder(this),
            ParquetEncoding.DELTA_LENGTH_BYTE_ARRAY when Type.Physical == ParquetPhysicalType.ByteArray =>
                new DeltaLengthByteArrayDecoder(this, Start),
            ParquetEncoding.DELTA_BYTE_ARRAY
                when Type.Physical is ParquetPhysicalType.ByteArray or ParquetPhysicalType.FixedLengthByteArray =>
                new DeltaByteArrayDecoder(this),
            ParquetEncoding.BYTE_STREAM_SPLIT when IsSplittable => new ByteStreamSplitDecoder(this),
            _ when Enum.IsDefined(encoding) => throw Place.Unsupported($"{encoding} for values of {Type.Physical}"),
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
