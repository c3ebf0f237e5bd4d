using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet.Writing;

/// <summary>PLAIN: values as they were collected; booleans are packed into bits.</summary>
internal sealed class PlainEncoder : IPageValueEncoder
{
    /// <inheritdoc/>
    public ParquetEncoding Encoding => ParquetEncoding.PLAIN;

    /// <inheritdoc/>
    public void Append(ColumnChunkBuilder chunk, PageMark start, PageMark end, ByteBuffer output)
    {
        var values = chunk.Plain.Span[start.Bytes..end.Bytes];
        if (chunk.Column.Type.Physical == ParquetPhysicalType.Boolean)
        {
            PackBooleans(values, output);
        }
        else
        {
            output.Append(values);
        }
    }

    private static void PackBooleans(ReadOnlySpan<byte> values, ByteBuffer output)
    {
        var packed = output.Reserve((values.Length + 7) / 8)[..((values.Length + 7) / 8)];
        packed.Clear();
        for (var i = 0; i < values.Length; i++)
        {
            packed[i / 8] |= (byte)(values[i] << (i % 8));
        }

        output.Commit(packed.Length);
    }
}
