using System.Runtime.InteropServices;
using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet.Writing;

/// <summary>DELTA_BINARY_PACKED for integers, days and instants.</summary>
internal sealed class DeltaNumberEncoder : IPageValueEncoder
{
    private long[] _widened = [];

    /// <inheritdoc/>
    public ParquetEncoding Encoding => ParquetEncoding.DELTA_BINARY_PACKED;

    /// <inheritdoc/>
    public void Append(ColumnChunkBuilder chunk, PageMark start, PageMark end, ByteBuffer output)
    {
        var plain = chunk.Plain.Span[start.Bytes..end.Bytes];
        var values = chunk.Column.Type.Physical == ParquetPhysicalType.Int64
            ? MemoryMarshal.Cast<byte, long>(plain)
            : Widen(MemoryMarshal.Cast<byte, int>(plain));
        DeltaIntegerEncoder.Encode(values, output);
    }

    private ReadOnlySpan<long> Widen(ReadOnlySpan<int> values)
    {
        _widened = _widened.Length < values.Length ? new long[values.Length] : _widened;
        for (var i = 0; i < values.Length; i++)
        {
            _widened[i] = values[i];
        }

        return _widened.AsSpan(0, values.Length);
    }
}
