using BatchLLM.Parquet.Thrift;

namespace BatchLLM.Parquet.Metadata;

/// <summary>The footer (the format's <c>FileMetaData</c>).</summary>
internal sealed record FileMetadata
{
    /// <summary>The schema tree, depth first; the root comes first.</summary>
    public IReadOnlyList<SchemaElement> Schema { get; init; } = [];

    public IReadOnlyList<RowGroup> RowGroups { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string?>> KeyValues { get; init; } = [];

    public string? CreatedBy { get; init; }

    public static FileMetadata Read(ref CompactReader reader)
    {
        var metadata = new FileMetadata();
        var outer = reader.EnterStruct();
        while (reader.NextField(out var id))
        {
            metadata = ReadField(ref reader, id, metadata);
        }

        reader.LeaveStruct(outer);
        return metadata;
    }

    private static FileMetadata ReadField(ref CompactReader reader, short id, FileMetadata metadata)
    {
        switch (id)
        {
            case 2:
                return metadata with { Schema = ReadSchema(ref reader) };
            case 4:
                return metadata with { RowGroups = ReadRowGroups(ref reader) };
            case 5:
                return metadata with { KeyValues = ReadKeyValues(ref reader) };
            case 6:
                return metadata with { CreatedBy = reader.ReadString() };
            default:
                reader.Skip();
                return metadata;
        }
    }

    private static List<SchemaElement> ReadSchema(ref CompactReader reader)
    {
        var elements = new List<SchemaElement>();
        var list = reader.ReadList();
        for (var i = 0; i < list.Count && reader.IsGood; i++)
        {
            reader.EnterElement(list);
            elements.Add(SchemaElement.Read(ref reader));
        }

        return elements;
    }

    private static List<RowGroup> ReadRowGroups(ref CompactReader reader)
    {
        var groups = new List<RowGroup>();
        var list = reader.ReadList();
        for (var i = 0; i < list.Count && reader.IsGood; i++)
        {
            reader.EnterElement(list);
            groups.Add(RowGroup.Read(ref reader));
        }

        return groups;
    }

    private static List<KeyValuePair<string, string?>> ReadKeyValues(ref CompactReader reader)
    {
        var pairs = new List<KeyValuePair<string, string?>>();
        var list = reader.ReadList();
        for (var i = 0; i < list.Count && reader.IsGood; i++)
        {
            reader.EnterElement(list);
            pairs.Add(ReadKeyValue(ref reader));
        }

        return pairs;
    }

    private static KeyValuePair<string, string?> ReadKeyValue(ref CompactReader reader)
    {
        var (key, value) = ("", (string?)null);
        var outer = reader.EnterStruct();
        while (reader.NextField(out var id))
        {
            switch (id)
            {
                case 1:
                    key = reader.ReadString();
                    break;
                case 2:
                    value = reader.ReadString();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        reader.LeaveStruct(outer);
        return new(key, value);
    }
}
