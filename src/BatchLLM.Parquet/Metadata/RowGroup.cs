using BatchLLM.Parquet.Thrift;

namespace BatchLLM.Parquet.Metadata;

/// <summary>A run of rows: one chunk for each leaf of the schema (the format's <c>RowGroup</c>).</summary>
internal sealed record RowGroup
{
    /// <summary>In the order of the schema's leaves.</summary>
    public IReadOnlyList<ColumnChunk> Columns { get; init; } = [];

    public long RowCount { get; init; }

    public static RowGroup Read(ref CompactReader reader)
    {
        var group = new RowGroup();
        var outer = reader.EnterStruct();
        while (reader.NextField(out var id))
        {
            group = ReadField(ref reader, id, group);
        }

        reader.LeaveStruct(outer);
        return group;
    }

    private static RowGroup ReadField(ref CompactReader reader, short id, RowGroup group)
    {
        switch (id)
        {
            case 1:
                return group with { Columns = ReadColumns(ref reader) };
            case 3:
                return group with { RowCount = reader.ReadInt64() };
            default:
                reader.Skip();
                return group;
        }
    }

    private static List<ColumnChunk> ReadColumns(ref CompactReader reader)
    {
        var columns = new List<ColumnChunk>();
        var list = reader.ReadList();
        for (var i = 0; i < list.Count && reader.IsGood; i++)
        {
            reader.EnterElement(list);
            columns.Add(ColumnChunk.Read(ref reader));
        }

        return columns;
    }
}
