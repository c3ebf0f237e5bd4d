using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Writing;

namespace BatchLLM.Parquet.Compression;

/// <summary>Snappy: each page is one raw block.</summary>
internal sealed class SnappyCodec : PageCodec, IPageCompressor
{
    public static SnappyCodec Instance { get; } = new();

    /// <summary>The densest element is a copy of 64 bytes that takes three.</summary>
    public override long MaxDecompressedLength(int compressedLength) => 22L * compressedLength;

    public override Func<StoredBytes, int, Decompression> Begin { get; } =
        (source, length) => new StoredParts(source, new SnappyParts(length));

    public override string? Decompress(ArraySegment<byte> source, ArraySegment<byte> destination) =>
        SnappyDecoder.Decode(source, destination);

    public void Compress(ReadOnlySpan<byte> source, ByteBuffer destination)
    {
        var room = destination.Reserve(SnappyEncoder.MaxEncodedLength(source.Length));
        destination.Commit(SnappyEncoder.Encode(source, room));
    }
}
