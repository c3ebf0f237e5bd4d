using BatchLLM.Parquet.Writing;

namespace BatchLLM.Parquet.Compression;

/// <summary>One way to compress pages; fewer than there are to decompress them.</summary>
internal interface IPageCompressor
{
    /// <summary>Appends the compressed form of the source.</summary>
    void Compress(ReadOnlySpan<byte> source, ByteBuffer destination);
}
