namespace BatchLLM.Parquet.Schemas;

/// <summary>
/// A node of a file's schema as its user thinks of it: the groups that the format puts between a list and its elements
/// are not nodes.
/// </summary>
public sealed class ParquetField
{
    private readonly string? _refusal;

    internal ParquetField(
        string name, ParquetShape shape, NodeLevels levels, IReadOnlyList<ParquetField> children, string? refusal)
    {
        (Name, Shape, Levels, Children, _refusal) = (name, shape, levels, children, refusal);
        Leaves = [.. children.SelectMany(child => child.Leaves)];
    }

    internal ParquetField(string name, NodeLevels levels, ParquetColumnSchema column)
    {
        (Name, Shape, Levels, Column, Children) = (name, ParquetShape.Value, levels, column, []);
        (Leaves, _refusal) = ([column], column.Refusal);
    }

    /// <summary>The name; <c>element</c> for a list's child, <c>key</c> and <c>value</c> for a map's.</summary>
    public string Name { get; }

    /// <summary>Whether it is a value, and if not, what its children are to it.</summary>
    public ParquetShape Shape { get; }

    /// <summary>True if it may be null where all around it is present.</summary>
    public bool IsOptional { get; internal init; }

    /// <summary>Empty for a value.</summary>
    public IReadOnlyList<ParquetField> Children { get; }

    /// <summary>A value's type and path; null for any other shape.</summary>
    public ParquetColumnSchema? Column { get; }

    /// <summary>Why it is not read here, as the end of a sentence about it; null if it is read.</summary>
    public string? Refusal =>
        _refusal ?? Children.Select(child => child.Refusal).FirstOrDefault(refusal => refusal is not null);

    /// <summary>Where it stands in the file's order: fields that stand apart compare by it.</summary>
    public int Position => Leaves.Count == 0 ? 0 : Leaves[0].LeafIndex;

    /// <summary>The values under it, in file order.</summary>
    internal IReadOnlyList<ParquetColumnSchema> Leaves { get; }

    internal NodeLevels Levels { get; }

    /// <summary>True if it has one value in each row, which one page after another gives as it stands.</summary>
    internal bool IsFlat => Column is { MaxRepetition: 0 };

    /// <summary>The type on one line: <c>list&lt;struct&lt;role: text, content: text&gt;&gt;</c>.</summary>
    public override string ToString() => Shape switch
    {
        ParquetShape.Value => Column!.Type.Kind.ToString().ToLowerInvariant(),
        ParquetShape.Struct => $"struct<{string.Join(", ", Children.Select(child => $"{child.Name}: {child}"))}>",
        _ => $"{Shape.ToString().ToLowerInvariant()}<{string.Join(", ", Children)}>",
    };
}
