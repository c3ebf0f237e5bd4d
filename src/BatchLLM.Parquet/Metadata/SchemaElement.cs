using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Thrift;

namespace BatchLLM.Parquet.Metadata;

/// <summary>
/// A node of the schema tree, which the footer lists depth first (the format's <c>SchemaElement</c>).
/// </summary>
internal sealed record SchemaElement(string Name)
{
    /// <summary>Null for a group.</summary>
    public ParquetPhysicalType? Type { get; init; }

    public int TypeLength { get; init; }

    /// <summary>Null for the root only.</summary>
    public Repetition? Repetition { get; init; }

    /// <summary>Number of nodes that follow as direct children; 0 for a leaf.</summary>
    public int ChildCount { get; init; }

    public ConvertedType? ConvertedType { get; init; }

    public int Scale { get; init; }

    public int Precision { get; init; }

    public LogicalAnnotation? Logical { get; init; }

    public static SchemaElement Read(ref CompactReader reader)
    {
        var element = new SchemaElement("");
        var outer = reader.EnterStruct();
        while (reader.NextField(out var id))
        {
            element = ReadField(ref reader, id, element);
        }

        reader.LeaveStruct(outer);
        return element;
    }

    public void Write(CompactWriter writer)
    {
        writer.BeginStruct();
        WriteOptional(writer, 1, (int?)Type);
        WriteOptional(writer, 2, TypeLength > 0 ? TypeLength : null);
        WriteOptional(writer, 3, (int?)Repetition);
        writer.WriteString(4, Name);
        WriteOptional(writer, 5, ChildCount > 0 ? ChildCount : null);
        WriteOptional(writer, 6, (int?)ConvertedType);
        WriteOptional(writer, 7, Precision > 0 ? Scale : null);
        WriteOptional(writer, 8, Precision > 0 ? Precision : null);
        Logical?.Write(writer, 10);
        writer.EndStruct();
    }

    private static SchemaElement ReadField(ref CompactReader reader, short id, SchemaElement element)
    {
        switch (id)
        {
            case 1:
                return element with { Type = (ParquetPhysicalType)reader.ReadInt32() };
            case 2:
                return element with { TypeLength = reader.ReadInt32() };
            case 3:
                return element with { Repetition = (Repetition)reader.ReadInt32() };
            case 4:
                return element with { Name = reader.ReadString() };
            case 5:
                return element with { ChildCount = reader.ReadInt32() };
            case 6:
                return element with { ConvertedType = (ConvertedType)reader.ReadInt32() };
            case 7:
                return element with { Scale = reader.ReadInt32() };
            case 8:
                return element with { Precision = reader.ReadInt32() };
            case 10:
                return element with { Logical = LogicalAnnotation.Read(ref reader) };
            default:
                reader.Skip();
                return element;
        }
    }

    private static void WriteOptional(CompactWriter writer, short id, int? value)
    {
        if (value is { } present)
        {
            writer.WriteInt32(id, present);
        }
    }
}
