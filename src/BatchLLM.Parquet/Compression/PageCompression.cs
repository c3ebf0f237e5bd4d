using BatchLLM.Parquet.Metadata;

namespace BatchLLM.Parquet.Compression;

/// <summary>Which codec a writer uses.</summary>
internal static class PageCompression
{
    /// <summary>What was asked for, or else the best that the system has.</summary>
    /// <param name="asked">Null for the best.</param>
    /// <param name="zstandardLack">As <see cref="PageCodec.Lack"/> of that codec.</param>
    /// <exception cref="ParquetException">Zstandard is asked for by name, and the system lacks its library.</exception>
    public static ParquetCompression Choose(ParquetCompression? asked, string? zstandardLack) => asked switch
    {
        null => zstandardLack is null ? ParquetCompression.Zstandard : ParquetCompression.Snappy,
        ParquetCompression.Zstandard when zstandardLack is not null => throw new ParquetException(
            $"A Parquet file cannot be compressed with ZSTD, which needs {zstandardLack}, or choose another compression.",
            isUnsupported: true),
        { } named => named,
    };

    /// <summary>The number that the file gives it.</summary>
    public static CompressionCodec CodecOf(ParquetCompression compression) => compression switch
    {
        ParquetCompression.Snappy => CompressionCodec.SNAPPY,
        ParquetCompression.Gzip => CompressionCodec.GZIP,
        ParquetCompression.Zstandard => CompressionCodec.ZSTD,
        _ => CompressionCodec.UNCOMPRESSED,
    };

    /// <summary>What compresses.</summary>
    public static IPageCompressor CompressorOf(ParquetCompression compression) => compression switch
    {
        ParquetCompression.Snappy => SnappyCodec.Instance,
        ParquetCompression.Gzip => GzipCodec.Instance,
        ParquetCompression.Zstandard => ZstdCodec.Instance,
        _ => UncompressedCodec.Instance,
    };
}
