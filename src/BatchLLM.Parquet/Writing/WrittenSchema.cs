using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet.Writing;

/// <summary>The schema nodes of the columns that are written.</summary>
internal static class WrittenSchema
{
    /// <summary>One node for a flat column, three for a list.</summary>
    public static IEnumerable<SchemaElement> Elements(ParquetColumnSchema column)
    {
        var repetition = column.IsOptional ? Repetition.Optional : Repetition.Required;
        if (!column.Type.IsList)
        {
            return [Leaf(column.Name, column.Type, repetition)];
        }

        var list = new SchemaElement(column.Name)
        {
            Repetition = repetition,
            ChildCount = 1,
            ConvertedType = ConvertedType.List,
            Logical = new LogicalAnnotation(LogicalType.List),
        };
        var repeated = new SchemaElement("list") { Repetition = Repetition.Repeated, ChildCount = 1 };
        return [list, repeated, Leaf("element", column.Type, Repetition.Required)];
    }

    /// <summary>True for the types that <see cref="ParquetWriter"/> knows.</summary>
    public static bool IsWritable(ParquetColumnType type) =>
        type == ParquetColumnType.Boolean || type == ParquetColumnType.Int32 || type == ParquetColumnType.Int64
        || type == ParquetColumnType.Float || type == ParquetColumnType.Double || type == ParquetColumnType.Text
        || type == ParquetColumnType.Binary || type == ParquetColumnType.Date
        || type == ParquetColumnType.TimestampMicros || type == ParquetColumnType.Int32List;

    private static SchemaElement Leaf(string name, ParquetColumnType type, Repetition repetition)
    {
        var leaf = new SchemaElement(name) { Type = type.Physical, Repetition = repetition };
        return type.Kind switch
        {
            ParquetValueKind.Text => Annotate(leaf, ConvertedType.Utf8, new(LogicalType.String)),
            ParquetValueKind.Date => Annotate(leaf, ConvertedType.Date, new(LogicalType.Date)),
            ParquetValueKind.Timestamp => Annotate(leaf, ConvertedType.TimestampMicros, new(LogicalType.Timestamp)
            {
                IsAdjustedToUtc = type.IsAdjustedToUtc,
                Unit = type.Unit,
            }),
            _ => leaf,
        };
    }

    /// <summary>Both annotations are written, because old readers know the converted type alone.</summary>
    private static SchemaElement Annotate(SchemaElement leaf, ConvertedType converted, LogicalAnnotation logical) =>
        leaf with { ConvertedType = converted, Logical = logical };
}
