using System.IO.Compression;
using BatchLLM.Parquet.Reading;

namespace BatchLLM.Parquet.Compression;

/// <summary>Brotli: each page is one stream.</summary>
internal sealed class BrotliCodec : PageCodec
{
    public static BrotliCodec Instance { get; } = new();

    /// <summary>A meta-block gives up to 16 MiB, and takes 8 bytes at least for lengths and prefix codes.</summary>
    public override long MaxDecompressedLength(int compressedLength) => (16L << 20) * ((compressedLength / 8) + 1);

    public override Func<StoredBytes, int, Decompression> Begin { get; } = (source, _) =>
        new StreamParts(source, stored => new BrotliStream(stored, CompressionMode.Decompress));

    public override string? Decompress(ArraySegment<byte> source, ArraySegment<byte> destination) =>
        BrotliDecoder.TryDecompress(source, destination, out var written) && written == destination.Count
            ? null
            : $"Brotli data is broken, or does not give the {destination.Count} bytes expected";
}
