using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet.Writing;

/// <summary>The schema nodes of the fields that are written, and the columns under them.</summary>
internal static class WrittenSchema
{
    private const string Repeated = "list";
    private const string Pair = "key_value";
    private const string Element = "element";

    /// <summary>The nodes of a field, depth first: three for a list around its element's own, and so on.</summary>
    public static IEnumerable<SchemaElement> Elements(ParquetFieldSchema field)
    {
        var repetition = field.IsOptional ? Repetition.Optional : Repetition.Required;
        var below = field.Children.SelectMany(Elements);
        return field.Shape switch
        {
            ParquetShape.Struct => [Group(field.Name, repetition, field.Children.Count), .. below],
            ParquetShape.List => [.. List(field.Name, repetition), .. below],
            ParquetShape.Map =>
            [
                Annotate(Group(field.Name, repetition, 1), ConvertedType.Map, new(LogicalType.Map)),
                Group(Pair, Repetition.Repeated, 2),
                .. below,
            ],
            _ when field.Type!.IsList => [.. List(field.Name, repetition), Leaf(Element, field.Type, Repetition.Required)],
            _ => [Leaf(field.Name, field.Type!, repetition)],
        };
    }

    /// <summary>The columns under a field, in file order, with the levels and the path of each.</summary>
    public static IEnumerable<(ParquetColumnSchema Column, IReadOnlyList<string> Path)> Leaves(ParquetFieldSchema field) =>
        Leaves(field, [], 0, [0]);

    private static IEnumerable<(ParquetColumnSchema Column, IReadOnlyList<string> Path)> Leaves(
        ParquetFieldSchema field, string[] around, int definition, int[] elementLevels)
    {
        string[] path = [.. around, field.Name];
        definition += field.IsOptional ? 1 : 0;
        if (field.Shape == ParquetShape.Struct)
        {
            return field.Children.SelectMany(child => Leaves(child, path, definition, elementLevels));
        }

        if (field.Shape == ParquetShape.Value && !field.Type!.IsList)
        {
            return [(Column(field, path, definition, elementLevels), path)];
        }

        path = [.. path, field.Shape == ParquetShape.Map ? Pair : Repeated];
        definition++;
        elementLevels = [.. elementLevels, definition];
        return field.Shape == ParquetShape.Value
            ? [(Column(field, [field.Name], definition, elementLevels), [.. path, Element])]
            : field.Children.SelectMany(child => Leaves(child, path, definition, elementLevels));
    }

    private static ParquetColumnSchema Column(
        ParquetFieldSchema field, string[] path, int definition, int[] elementLevels) =>
        new(string.Join('.', path), field.Type!, field.IsOptional)
        {
            MaxDefinition = definition,
            ElementLevels = elementLevels,
        };

    private static SchemaElement Group(string name, Repetition repetition, int children) =>
        new(name) { Repetition = repetition, ChildCount = children };

    private static SchemaElement[] List(string name, Repetition repetition) =>
    [
        Annotate(Group(name, repetition, 1), ConvertedType.List, new(LogicalType.List)),
        Group(Repeated, Repetition.Repeated, 1),
    ];

    /// <summary>True for the types that <see cref="ParquetWriter"/> knows.</summary>
    public static bool IsWritable(ParquetColumnType type) => type switch
    {
        { Kind: ParquetValueKind.Decimal } => type.Precision > 0 && type.Physical is ParquetPhysicalType.Int32
            or ParquetPhysicalType.Int64 or ParquetPhysicalType.ByteArray,
        { Kind: ParquetValueKind.Time, Unit: ParquetTimeUnit.Milliseconds } => type.Physical == ParquetPhysicalType.Int32,
        { Kind: ParquetValueKind.Time or ParquetValueKind.Timestamp } =>
            type.Physical == ParquetPhysicalType.Int64 || type == ParquetColumnType.TimestampInt96,
        _ => type == ParquetColumnType.Boolean || type == ParquetColumnType.Int32 || type == ParquetColumnType.Int64
            || type == ParquetColumnType.Float || type == ParquetColumnType.Double || type == ParquetColumnType.Text
            || type == ParquetColumnType.Json || type == ParquetColumnType.Binary || type == ParquetColumnType.Date
            || type == ParquetColumnType.UInt64 || type == ParquetColumnType.Uuid || type == ParquetColumnType.Interval
            || type == ParquetColumnType.Int32List,
    };

    private static SchemaElement Leaf(string name, ParquetColumnType type, Repetition repetition)
    {
        var leaf = new SchemaElement(name) { Type = type.Physical, TypeLength = type.Length, Repetition = repetition };
        return type.Kind switch
        {
            _ when type == ParquetColumnType.TimestampInt96 => leaf,
            ParquetValueKind.Text => Annotate(leaf, ConvertedType.Utf8, new(LogicalType.String)),
            ParquetValueKind.Json => Annotate(leaf, ConvertedType.Json, new(LogicalType.Json)),
            ParquetValueKind.Date => Annotate(leaf, ConvertedType.Date, new(LogicalType.Date)),
            ParquetValueKind.Time => Annotate(leaf, ConvertedTime(type), Timed(LogicalType.Time, type)),
            ParquetValueKind.Timestamp => Annotate(leaf, ConvertedTime(type), Timed(LogicalType.Timestamp, type)),
            ParquetValueKind.Decimal => Annotate(
                leaf with { Scale = type.Scale, Precision = type.Precision },
                ConvertedType.Decimal,
                new(LogicalType.Decimal) { Scale = type.Scale, Precision = type.Precision }),
            ParquetValueKind.UnsignedInteger => Annotate(leaf, ConvertedType.UInt64, new(LogicalType.Integer) { BitWidth = 64 }),
            ParquetValueKind.Uuid => Annotate(leaf, null, new(LogicalType.Uuid)),
            ParquetValueKind.Interval => Annotate(leaf, ConvertedType.Interval, null),
            _ => leaf,
        };
    }

    private static LogicalAnnotation Timed(LogicalType logical, ParquetColumnType type) =>
        new(logical) { IsAdjustedToUtc = type.IsAdjustedToUtc, Unit = type.Unit };

    /// <summary>The older annotation is of instants in UTC, and knows no nanoseconds.</summary>
    private static ConvertedType? ConvertedTime(ParquetColumnType type) => (type.Kind, type.Unit) switch
    {
        var _ when !type.IsAdjustedToUtc => null,
        (ParquetValueKind.Time, ParquetTimeUnit.Milliseconds) => ConvertedType.TimeMillis,
        (ParquetValueKind.Time, ParquetTimeUnit.Microseconds) => ConvertedType.TimeMicros,
        (ParquetValueKind.Timestamp, ParquetTimeUnit.Milliseconds) => ConvertedType.TimestampMillis,
        (ParquetValueKind.Timestamp, ParquetTimeUnit.Microseconds) => ConvertedType.TimestampMicros,
        _ => null,
    };

    /// <summary>Both annotations are written where there are two, because old readers know the converted type alone.</summary>
    private static SchemaElement Annotate(SchemaElement node, ConvertedType? converted, LogicalAnnotation? logical) =>
        node with { ConvertedType = converted, Logical = logical };
}
