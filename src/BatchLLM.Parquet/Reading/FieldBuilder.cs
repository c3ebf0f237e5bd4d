using System.Globalization;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// Finds the lists, maps and structs that the nodes of a file's schema stand for, also as older writers made them. An
/// annotation that the nodes below do not bear out is passed over: the group is a struct.
/// </summary>
/// <remarks>
/// Source: LogicalTypes.md of the format specification, "Nested Types" with its backward-compatibility rules.
/// </remarks>
internal sealed class FieldBuilder(string file)
{
    private readonly List<ParquetColumnSchema> _leaves = [];

    /// <summary>Makes the fields of a file.</summary>
    /// <exception cref="ParquetException">A value has no size.</exception>
    public ParquetSchema Build(IReadOnlyList<SchemaNode> nodes)
    {
        List<ParquetField> fields = [.. nodes.Select(node => Field(node, node.Element.Name, Nesting.Root))];
        return new ParquetSchema(file, fields, _leaves);
    }

    /// <param name="node">The node.</param>
    /// <param name="name">What the field is called.</param>
    /// <param name="around">Where the node's parent stands.</param>
    private ParquetField Field(SchemaNode node, string name, Nesting around)
    {
        var at = around.Under(node.Element.Name, Refuse(node));
        return node.Element.Repetition switch
        {
            Repetition.Optional => Content(node, name, at.Optional()),

            // Without a list around it, a repeated node is a list that is never null.
            Repetition.Repeated => Group(name, ParquetShape.List, at, [Content(node, "element", at.Repeated())]),
            _ => Content(node, name, at),
        };
    }

    /// <param name="node">The node, whose own repetition is counted in the nesting already.</param>
    /// <param name="name">What the field is called.</param>
    /// <param name="at">Where the node stands.</param>
    private ParquetField Content(SchemaNode node, string name, Nesting at) => node switch
    {
        { IsLeaf: true } => Value(node.Element, name, at),
        { IsMap: true, Children: [{ IsRepeated: true, Children: [var key, var value] } pairs] } =>
            Map(name, at, at.Repeated().Under(pairs.Element.Name, null), key, value),

        // A map of keys alone is the list of them.
        { IsMap: true, Children: [{ IsRepeated: true, Children: [_] } keys] } => List(node, name, at, keys),
        { IsList: true, Children: [{ IsRepeated: true } elements] } => List(node, name, at, elements),
        _ => Group(
            name, ParquetShape.Struct, at,
            [.. node.Children.Select(child => Field(child, child.Element.Name, at))]),
    };

    private ParquetField List(SchemaNode list, string name, Nesting at, SchemaNode repeated)
    {
        var inside = at.Repeated().Under(repeated.Element.Name, Refuse(repeated));
        var element = IsElement(list, repeated)
            ? Content(repeated, "element", inside)
            : Field(repeated.Children[0], "element", inside);
        return Group(name, ParquetShape.List, at, [element]);
    }

    /// <summary>
    /// True if the repeated node is the element, as older writers had it; false if it only stands around the element.
    /// </summary>
    private static bool IsElement(SchemaNode list, SchemaNode repeated) =>
        repeated.Children.Count != 1
        || repeated.Children[0].IsRepeated
        || repeated.Element.Name == "array"
        || repeated.Element.Name == list.Element.Name + "_tuple";

    private ParquetField Map(string name, Nesting at, Nesting inside, SchemaNode key, SchemaNode value) =>
        Group(name, ParquetShape.Map, at, [Field(key, "key", inside), Field(value, "value", inside)]);

    private static ParquetField Group(
        string name, ParquetShape shape, Nesting at, IReadOnlyList<ParquetField> children) =>
        new(name, shape, at.Levels, children, at.Refusal) { IsOptional = at.IsOptional };

    private ParquetField Value(SchemaElement element, string name, Nesting at)
    {
        if (element.Type == ParquetPhysicalType.FixedLengthByteArray && element.TypeLength <= 0)
        {
            throw new ParquetException(string.Create(
                CultureInfo.InvariantCulture,
                $"{file}: the schema gives column '{at.Path}' values of {element.TypeLength} bytes. The file is damaged; "
                + $"write or copy it again."));
        }

        var column = new ParquetColumnSchema(at.Path, AnnotatedType.Resolve(element), at.IsOptional)
        {
            LeafIndex = _leaves.Count,
            MaxDefinition = at.Definition,
            ElementLevels = at.ElementLevels,
            Refusal = at.Refusal,
        };
        _leaves.Add(column);
        return new ParquetField(name, at.Levels, column) { IsOptional = at.IsOptional };
    }

    private static string? Refuse(SchemaNode node) => node.Element switch
    {
        { Type: { } type } when !Enum.IsDefined(type) =>
            string.Create(CultureInfo.InvariantCulture, $"has the unknown physical type {(int)type}; not supported yet"),
        { Type: null } when node.Children.Count == 0 => "is a group without fields; not supported yet",
        { Repetition: null } => "does not say whether it repeats; not supported yet",
        { Repetition: not (Repetition.Required or Repetition.Optional or Repetition.Repeated) } =>
            $"is repeated ({node.Element.Repetition}); not supported yet",
        { Logical.Type: LogicalType.Variant or LogicalType.Geometry or LogicalType.Geography } =>
            $"is a {node.Element.Logical.Type.ToString().ToUpperInvariant()}; not supported yet",
        _ => null,
    };
}
