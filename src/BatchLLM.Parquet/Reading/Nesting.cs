using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet.Reading;

/// <summary>Where a node of the schema stands.</summary>
/// <param name="Path">The names from the root to the node, with dots between.</param>
/// <param name="Definition">Optional and repeated nodes on that path, the node counted.</param>
/// <param name="ElementLevels">By repetition level: the definition level of that list's elements.</param>
/// <param name="IsOptional">True if the node itself may be null.</param>
/// <param name="Refusal">Why nothing here is read; null if it is.</param>
internal sealed record Nesting(
    string Path, int Definition, IReadOnlyList<int> ElementLevels, bool IsOptional, string? Refusal)
{
    /// <summary>The root.</summary>
    public static Nesting Root { get; } = new("", 0, [0], false, null);

    /// <summary>Of a node that stands here.</summary>
    public NodeLevels Levels => new(ElementLevels.Count - 1, ElementLevels[^1], Definition);

    /// <summary>A node one name further, on the same level.</summary>
    public Nesting Under(string name, string? refusal) => this with
    {
        Path = Path.Length == 0 ? name : $"{Path}.{name}",
        IsOptional = false,
        Refusal = Refusal ?? refusal,
    };

    /// <summary>The same node, if it may be null.</summary>
    public Nesting Optional() => this with { Definition = Definition + 1, IsOptional = true };

    /// <summary>The element of the list that the node is, which takes a level of both kinds.</summary>
    public Nesting Repeated() => this with
    {
        Definition = Definition + 1,
        ElementLevels = [.. ElementLevels, Definition + 1],
        IsOptional = false,
    };
}
