namespace BatchLLM.Parquet.Metadata;

/// <summary>How pages are compressed. Members are named as the format names them, for messages.</summary>
internal enum CompressionCodec
{
    UNCOMPRESSED = 0,
    SNAPPY = 1,
    GZIP = 2,
    LZO = 3,
    BROTLI = 4,
    LZ4 = 5,
    ZSTD = 6,
    LZ4_RAW = 7,
}
