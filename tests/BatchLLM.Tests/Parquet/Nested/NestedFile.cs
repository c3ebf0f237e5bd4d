using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Thrift;
using BatchLLM.Parquet.Writing;

namespace BatchLLM.Tests.Parquet.Nested;

/// <summary>A file put together from nodes of a schema and chunks of levels, right or wrong.</summary>
/// <param name="Elements">The schema depth first, without its root.</param>
/// <param name="FieldCount">Nodes right under the root.</param>
internal sealed record NestedFile(IReadOnlyList<SchemaElement> Elements, int FieldCount)
{
    private readonly List<(long Rows, IReadOnlyList<LeafChunk> Leaves)> _groups = [];

    public NestedFile Add(long rows, params IReadOnlyList<LeafChunk> leaves)
    {
        _groups.Add((rows, leaves));
        return this;
    }

    public byte[] Write()
    {
        var output = new ByteBuffer();
        output.Append("PAR1"u8);
        var footer = new CompactWriter();
        footer.BeginStruct();
        footer.WriteInt32(1, 1);
        footer.BeginList(2, CompactType.Struct, Elements.Count + 1);
        new SchemaElement("schema") { ChildCount = FieldCount }.Write(footer);
        foreach (var element in Elements)
        {
            element.Write(footer);
        }

        footer.WriteInt64(3, _groups.Sum(group => group.Rows));
        footer.BeginList(4, CompactType.Struct, _groups.Count);
        foreach (var (rows, leaves) in _groups)
        {
            WriteGroup(footer, output, rows, leaves);
        }

        footer.EndStruct();
        return [.. output.Span, .. footer.Written.Span, .. BitConverter.GetBytes(footer.Written.Length), .. "PAR1"u8];
    }

    private static void WriteGroup(CompactWriter footer, ByteBuffer output, long rows, IReadOnlyList<LeafChunk> leaves)
    {
        footer.BeginStruct();
        footer.BeginList(1, CompactType.Struct, leaves.Count);
        foreach (var leaf in leaves)
        {
            var pages = leaf.Encode();
            footer.BeginStruct();
            footer.WriteInt64(2, 0);
            footer.BeginStruct(3);
            footer.WriteInt32(1, (int)leaf.Type);
            footer.WriteInt32(4, (int)CompressionCodec.UNCOMPRESSED);
            footer.WriteInt64(5, leaf.EntryCount);
            footer.WriteInt64(6, pages.Length);
            footer.WriteInt64(7, pages.Length);
            footer.WriteInt64(9, output.Length);
            footer.EndStruct();
            footer.EndStruct();
            output.Append(pages);
        }

        footer.WriteInt64(2, 0);
        footer.WriteInt64(3, rows);
        footer.EndStruct();
    }
}
