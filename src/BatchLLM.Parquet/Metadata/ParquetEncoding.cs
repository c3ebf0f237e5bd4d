namespace BatchLLM.Parquet.Metadata;

/// <summary>
/// How values or levels are laid out in a page. Members are named as the format names them, for messages.
/// </summary>
internal enum ParquetEncoding
{
    PLAIN = 0,
    PLAIN_DICTIONARY = 2,
    RLE = 3,
    BIT_PACKED = 4,
    DELTA_BINARY_PACKED = 5,
    DELTA_LENGTH_BYTE_ARRAY = 6,
    DELTA_BYTE_ARRAY = 7,
    RLE_DICTIONARY = 8,
    BYTE_STREAM_SPLIT = 9,
}
