using BatchLLM.Parquet.Reading;

namespace BatchLLM.Parquet.Compression;

/// <summary>LZ4_RAW: each page is one block.</summary>
internal sealed class Lz4RawCodec : PageCodec
{
    public static Lz4RawCodec Instance { get; } = new();

    /// <summary>The densest match gives 255 bytes for each byte of its length, and 19 for the first three.</summary>
    public override long MaxDecompressedLength(int compressedLength) => 255L * compressedLength;

    public override Func<StoredBytes, int, Decompression> Begin { get; } =
        (source, _) => new StoredParts(source, new Lz4Parts());

    public override string? Decompress(ArraySegment<byte> source, ArraySegment<byte> destination)
    {
        var written = Lz4Decoder.Decode(source, destination);
        return written == destination.Count ? null
            : written < 0 ? $"LZ4 data is broken, or gives more than the {destination.Count} bytes expected"
            : $"LZ4 data ends after {written} bytes; expected {destination.Count}";
    }
}
