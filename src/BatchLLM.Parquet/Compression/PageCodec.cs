using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Reading;

namespace BatchLLM.Parquet.Compression;

/// <summary>One compression codec. A new one is one new file and one line in <see cref="Find"/>.</summary>
internal abstract class PageCodec
{
    /// <summary>The codec of that number, or null if it is not supported.</summary>
    public static PageCodec? Find(CompressionCodec codec) => codec switch
    {
        CompressionCodec.UNCOMPRESSED => UncompressedCodec.Instance,
        CompressionCodec.SNAPPY => SnappyCodec.Instance,
        CompressionCodec.GZIP => GzipCodec.Instance,
        CompressionCodec.BROTLI => BrotliCodec.Instance,
        CompressionCodec.LZ4 => Lz4HadoopCodec.Instance,
        CompressionCodec.ZSTD => ZstdCodec.Instance,
        CompressionCodec.LZ4_RAW => Lz4RawCodec.Instance,
        _ => null,
    };

    /// <summary>
    /// What the codec needs and the system does not have, and what to do, as the end of a sentence; null if nothing.
    /// </summary>
    public virtual string? Lack => null;

    /// <summary>Begins to decompress a page, of a length that is known, a part at a time.</summary>
    public abstract Func<StoredBytes, int, Decompression> Begin { get; }

    /// <summary>
    /// The most bytes that so many compressed bytes can become. A page that claims more is refused before any memory
    /// is taken for it, so that a small file cannot ask for a large buffer.
    /// </summary>
    public abstract long MaxDecompressedLength(int compressedLength);

    /// <summary>Decompresses into exactly the given space.</summary>
    /// <returns>Null, or what is wrong with the source, as a clause.</returns>
    public abstract string? Decompress(ArraySegment<byte> source, ArraySegment<byte> destination);
}
