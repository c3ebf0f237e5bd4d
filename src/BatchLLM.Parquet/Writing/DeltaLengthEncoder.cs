using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Metadata;

namespace BatchLLM.Parquet.Writing;

/// <summary>DELTA_LENGTH_BYTE_ARRAY: the lengths of all values, delta-packed, then their bytes.</summary>
internal sealed class DeltaLengthEncoder : IPageValueEncoder
{
    private long[] _lengths = [];

    /// <inheritdoc/>
    public ParquetEncoding Encoding => ParquetEncoding.DELTA_LENGTH_BYTE_ARRAY;

    /// <inheritdoc/>
    public void Append(ColumnChunkBuilder chunk, PageMark start, PageMark end, ByteBuffer output)
    {
        var plain = chunk.Plain.Span[start.Bytes..end.Bytes];
        var count = end.Values - start.Values;
        _lengths = _lengths.Length < count ? new long[count] : _lengths;
        var next = 0;
        foreach (var value in new PlainByteArrays(plain))
        {
            _lengths[next++] = value.Length;
        }

        DeltaIntegerEncoder.Encode(_lengths.AsSpan(0, count), output);
        foreach (var value in new PlainByteArrays(plain))
        {
            output.Append(value);
        }
    }
}
