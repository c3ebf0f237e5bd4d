using System.IO.Compression;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Writing;

namespace BatchLLM.Parquet.Compression;

/// <summary>Gzip: each page is one member, or several that are read as one.</summary>
internal sealed class GzipCodec : PageCodec, IPageCompressor
{
    public static GzipCodec Instance { get; } = new();

    /// <summary>Deflate's densest code gives 258 bytes for two bits.</summary>
    public override long MaxDecompressedLength(int compressedLength) => 1032L * compressedLength;

    public override Func<StoredBytes, int, Decompression> Begin { get; } = (source, _) =>
        new StreamParts(source, stored => new GZipStream(stored, CompressionMode.Decompress));

    public override string? Decompress(ArraySegment<byte> source, ArraySegment<byte> destination)
    {
        try
        {
            return Inflate(source, destination);
        }
        catch (InvalidDataException exception)
        {
            return $"gzip data is broken ({exception.Message.TrimEnd('.')})";
        }
    }

    public void Compress(ReadOnlySpan<byte> source, ByteBuffer destination)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(source);
        }

        destination.Append(compressed.GetBuffer().AsSpan(0, (int)compressed.Length));
    }

    private static string? Inflate(ArraySegment<byte> source, ArraySegment<byte> destination)
    {
        using var compressed = new MemoryStream(source.Array!, source.Offset, source.Count, writable: false);
        using var gzip = new GZipStream(compressed, CompressionMode.Decompress);
        var count = gzip.ReadAtLeast(destination, destination.Count, throwOnEndOfStream: false);
        return count < destination.Count ? $"gzip data ends after {count} bytes; expected {destination.Count}"
            : gzip.ReadByte() >= 0 ? $"gzip data goes on after the {destination.Count} bytes expected"
            : null;
    }
}
