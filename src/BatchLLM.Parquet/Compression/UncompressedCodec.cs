using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Writing;

namespace BatchLLM.Parquet.Compression;

/// <summary>Pages as they are.</summary>
internal sealed class UncompressedCodec : PageCodec, IPageCompressor
{
    public static UncompressedCodec Instance { get; } = new();

    public override long MaxDecompressedLength(int compressedLength) => compressedLength;

    public override Func<StoredBytes, int, Decompression> Begin { get; } =
        (source, _) => new StoredParts(source, new UncompressedParts());

    public override string? Decompress(ArraySegment<byte> source, ArraySegment<byte> destination)
    {
        if (source.Count != destination.Count)
        {
            return $"the uncompressed page has {source.Count} bytes; expected {destination.Count}";
        }

        source.AsSpan().CopyTo(destination);
        return null;
    }

    public void Compress(ReadOnlySpan<byte> source, ByteBuffer destination) => destination.Append(source);
}
