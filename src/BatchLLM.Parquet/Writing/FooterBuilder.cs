using System.Buffers.Binary;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Thrift;

namespace BatchLLM.Parquet.Writing;

/// <summary>
/// Collects what the footer says. Row groups are kept encoded, so that a file of many groups costs no more memory than
/// its footer.
/// </summary>
/// <param name="fields">What the file holds.</param>
/// <param name="leafCount">Columns under the fields.</param>
/// <param name="options">What else the footer says.</param>
internal sealed class FooterBuilder(
    IReadOnlyList<ParquetFieldSchema> fields, int leafCount, ParquetWriterOptions options)
{
    private readonly ByteBuffer _rowGroups = new();
    private int _rowGroupCount;
    private long _rowCount;

    /// <summary>Notes a row group that stands in the file.</summary>
    public void Add(IReadOnlyList<WrittenChunk> chunks, long rowCount)
    {
        var writer = new CompactWriter();
        writer.BeginStruct();
        writer.BeginList(1, CompactType.Struct, chunks.Count);
        foreach (var chunk in chunks)
        {
            chunk.Write(writer);
        }

        writer.WriteInt64(2, chunks.Sum(chunk => chunk.UncompressedSize));
        writer.WriteInt64(3, rowCount);
        writer.WriteInt64(5, chunks[0].Start);
        writer.WriteInt64(6, chunks.Sum(chunk => chunk.CompressedSize));
        writer.EndStruct();
        _rowGroups.Append(writer.Written.Span);
        _rowGroupCount++;
        _rowCount += rowCount;
    }

    /// <summary>The end of the file: metadata, its length, the mark.</summary>
    public byte[] Build()
    {
        var writer = new CompactWriter();
        writer.BeginStruct();
        writer.WriteInt32(1, 1);
        WriteSchema(writer);
        writer.WriteInt64(3, _rowCount);
        writer.BeginList(4, CompactType.Struct, _rowGroupCount);
        writer.WriteEncoded(_rowGroups.Span);
        WriteKeyValues(writer);
        writer.WriteString(6, options.CreatedBy);
        WriteColumnOrders(writer);
        writer.EndStruct();
        var length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, writer.Written.Length);
        return [.. writer.Written.Span, .. length, .. "PAR1"u8];
    }

    private void WriteSchema(CompactWriter writer)
    {
        var elements = fields.SelectMany(WrittenSchema.Elements).ToList();
        writer.BeginList(2, CompactType.Struct, elements.Count + 1);
        new SchemaElement("schema") { ChildCount = fields.Count }.Write(writer);
        foreach (var element in elements)
        {
            element.Write(writer);
        }
    }

    private void WriteKeyValues(CompactWriter writer)
    {
        if (options.KeyValueMetadata.Count == 0)
        {
            return;
        }

        writer.BeginList(5, CompactType.Struct, options.KeyValueMetadata.Count);
        foreach (var (key, value) in options.KeyValueMetadata)
        {
            writer.BeginStruct();
            writer.WriteString(1, key);
            if (value is not null)
            {
                writer.WriteString(2, value);
            }

            writer.EndStruct();
        }
    }

    /// <summary>Without a declared order readers must not trust the smallest and largest values.</summary>
    private void WriteColumnOrders(CompactWriter writer)
    {
        writer.BeginList(7, CompactType.Struct, leafCount);
        for (var i = 0; i < leafCount; i++)
        {
            writer.BeginStruct();
            writer.WriteEmptyStruct(1);
            writer.EndStruct();
        }
    }
}
