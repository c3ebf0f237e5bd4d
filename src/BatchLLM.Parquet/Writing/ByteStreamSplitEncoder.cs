using BatchLLM.Parquet.Metadata;

namespace BatchLLM.Parquet.Writing;

/// <summary>
/// BYTE_STREAM_SPLIT: the first bytes of all values, then the second bytes of all values, and so on. As long as PLAIN;
/// what is alike in all values, signs and exponents, then stands together for the compressor.
/// </summary>
internal sealed class ByteStreamSplitEncoder : IPageValueEncoder
{
    /// <inheritdoc/>
    public ParquetEncoding Encoding => ParquetEncoding.BYTE_STREAM_SPLIT;

    /// <inheritdoc/>
    public void Append(ColumnChunkBuilder chunk, PageMark start, PageMark end, ByteBuffer output)
    {
        var plain = chunk.Plain.Span[start.Bytes..end.Bytes];
        var split = output.Reserve(plain.Length)[..plain.Length];
        var size = chunk.Column.Type.PlainSize;
        var count = plain.Length / size;
        for (var place = 0; place < size; place++)
        {
            var stream = split.Slice(place * count, count);
            for (var i = 0; i < count; i++)
            {
                stream[i] = plain[(i * size) + place];
            }
        }

        output.Commit(plain.Length);
    }
}
