using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Metadata;

namespace BatchLLM.Parquet.Writing;

/// <summary>
/// DELTA_BYTE_ARRAY: how many bytes each value shares with the one before it, delta-packed, then what follows the shared
/// bytes, as DELTA_LENGTH_BYTE_ARRAY. The first value of a page shares nothing.
/// </summary>
internal sealed class DeltaByteArrayEncoder : IPageValueEncoder
{
    private long[] _prefixes = [];
    private long[] _suffixes = [];

    /// <inheritdoc/>
    public ParquetEncoding Encoding => ParquetEncoding.DELTA_BYTE_ARRAY;

    /// <inheritdoc/>
    public void Append(ColumnChunkBuilder chunk, PageMark start, PageMark end, ByteBuffer output)
    {
        var plain = chunk.Plain.Span[start.Bytes..end.Bytes];
        var count = end.Values - start.Values;
        if (_prefixes.Length < count)
        {
            (_prefixes, _suffixes) = (new long[count], new long[count]);
        }

        Measure(plain);
        DeltaIntegerEncoder.Encode(_prefixes.AsSpan(0, count), output);
        DeltaIntegerEncoder.Encode(_suffixes.AsSpan(0, count), output);
        var next = 0;
        foreach (var value in new PlainByteArrays(plain))
        {
            output.Append(value[(int)_prefixes[next++]..]);
        }
    }

    private void Measure(ReadOnlySpan<byte> plain)
    {
        var next = 0;
        var previous = ReadOnlySpan<byte>.Empty;
        foreach (var value in new PlainByteArrays(plain))
        {
            var shared = value.CommonPrefixLength(previous);
            (_prefixes[next], _suffixes[next]) = (shared, value.Length - shared);
            previous = value;
            next++;
        }
    }
}
