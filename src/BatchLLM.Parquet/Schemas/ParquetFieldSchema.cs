namespace BatchLLM.Parquet.Schemas;

/// <summary>
/// A field that is written: a value, or a struct, list or map of other fields, in the form that the format has settled on.
/// Structs, lists and maps may be null.
/// </summary>
/// <remarks>Source: LogicalTypes.md of the format specification, "Nested Types".</remarks>
public sealed class ParquetFieldSchema
{
    private ParquetFieldSchema(string name, ParquetShape shape, bool isOptional, IReadOnlyList<ParquetFieldSchema> children) =>
        (Name, Shape, IsOptional, Children) = (name, shape, isOptional, children);

    /// <summary>The name; <c>element</c> for a list's child, <c>key</c> and <c>value</c> for a map's.</summary>
    public string Name { get; }

    /// <summary>Whether it is a value, and if not, what its children are to it.</summary>
    public ParquetShape Shape { get; }

    /// <summary>True if it may be null.</summary>
    public bool IsOptional { get; }

    /// <summary>Empty for a value.</summary>
    public IReadOnlyList<ParquetFieldSchema> Children { get; }

    /// <summary>A value's type; null for any other shape.</summary>
    public ParquetColumnType? Type { get; private init; }

    /// <summary>One value.</summary>
    public static ParquetFieldSchema Value(string name, ParquetColumnType type, bool isOptional = true) =>
        new(name, ParquetShape.Value, isOptional, []) { Type = type };

    /// <summary>One of each member.</summary>
    /// <exception cref="ArgumentException">There is no member, or two have one name.</exception>
    public static ParquetFieldSchema Struct(string name, IReadOnlyList<ParquetFieldSchema> members)
    {
        if (members.Count == 0 || members.DistinctBy(member => member.Name).Count() < members.Count)
        {
            throw new ArgumentException($"The struct '{name}' needs members, each with a name of its own.", nameof(members));
        }

        return new(name, ParquetShape.Struct, isOptional: true, members);
    }

    /// <summary>Any number of elements.</summary>
    public static ParquetFieldSchema List(string name, ParquetFieldSchema element) =>
        new(name, ParquetShape.List, isOptional: true, [element.Named("element", element.IsOptional)]);

    /// <summary>Any number of pairs.</summary>
    /// <param name="name">The name.</param>
    /// <param name="key">A value; it may not be null, whatever it says itself.</param>
    /// <param name="value">What stands beside a key.</param>
    /// <exception cref="ArgumentException">The key is no value.</exception>
    public static ParquetFieldSchema Map(string name, ParquetFieldSchema key, ParquetFieldSchema value) =>
        key.Shape == ParquetShape.Value
            ? new(name, ParquetShape.Map, isOptional: true, [key.Named("key", false), value.Named("value", value.IsOptional)])
            : throw new ArgumentException($"The keys of the map '{name}' must be values.", nameof(key));

    /// <summary>The type on one line: <c>list&lt;struct&lt;role: text, content: text&gt;&gt;</c>.</summary>
    public override string ToString() => Shape switch
    {
        ParquetShape.Value => $"{Type}",
        ParquetShape.Struct => $"struct<{string.Join(", ", Children.Select(child => $"{child.Name}: {child}"))}>",
        _ => $"{Shape.ToString().ToLowerInvariant()}<{string.Join(", ", Children)}>",
    };

    private ParquetFieldSchema Named(string name, bool isOptional) => new(name, Shape, isOptional, Children) { Type = Type };
}
