namespace BatchLLM.Parquet.Schemas;

/// <summary>One column: what a writer is given, and what a reader finds for every leaf of a file's schema.</summary>
/// <param name="Name">The name; for a leaf inside groups the whole path with dots between.</param>
/// <param name="Type">How values are stored and what they mean.</param>
/// <param name="IsOptional">True if values may be null.</param>
public sealed record ParquetColumnSchema(string Name, ParquetColumnType Type, bool IsOptional = true)
{
    /// <summary>Why the column is not read here, as the end of a sentence about it; null if it is read.</summary>
    public string? Refusal { get; init; }

    /// <summary>True if its values are read, alone or as part of what it is nested in.</summary>
    public bool IsReadable => Refusal is null;

    /// <summary>Position among the leaves, which is the position of the column's chunk in every row group.</summary>
    internal int LeafIndex { get; init; }

    /// <summary>Definition level of a value that is there.</summary>
    internal int MaxDefinition { get; init; } = IsOptional ? 1 : 0;

    /// <summary>
    /// By repetition level: the definition level from which the list that repeats at it has an element. Level 0 is
    /// that of rows, which are always there.
    /// </summary>
    internal IReadOnlyList<int> ElementLevels { get; init; } = OfRows;

    /// <summary>Lists around the values.</summary>
    internal int MaxRepetition => ElementLevels.Count - 1;

    private static int[] OfRows { get; } = [0];
}
