namespace BatchLLM.Parquet.Schemas;

/// <summary>The columns of a file, in file order.</summary>
public sealed class ParquetSchema
{
    private readonly string _file;

    internal ParquetSchema(string file, IReadOnlyList<ParquetColumnSchema> columns) =>
        (_file, Columns) = (file, columns);

    /// <summary>Every leaf, also those that are not read here.</summary>
    public IReadOnlyList<ParquetColumnSchema> Columns { get; }

    /// <summary>Finds a column by its exact name.</summary>
    /// <exception cref="ParquetException">There is none, or two, or it is of a kind that is not read here.</exception>
    public ParquetColumnSchema Find(string name)
    {
        var found = Columns.Where(column => IsOrHolds(column, name)).ToList();
        if (found.Count == 0)
        {
            throw new ParquetException($"{_file}: there is no column '{name}'; the columns are {Names()}.");
        }

        if (found.FirstOrDefault(column => !column.IsReadable) is { } refused)
        {
            throw new ParquetException($"{_file}: column '{name}' {refused.Refusal}.", isUnsupported: true);
        }

        return found.Count == 1
            ? found[0]
            : throw new ParquetException($"{_file}: {found.Count} columns are named '{name}'; rename all but one.");
    }

    /// <summary>A group is asked for by its own name as well as by the path of a leaf.</summary>
    private static bool IsOrHolds(ParquetColumnSchema column, string name) =>
        column.Name == name || (!column.IsReadable && column.Name.StartsWith(name + '.', StringComparison.Ordinal));

    private string Names()
    {
        const int Shown = 20;
        var names = string.Join(", ", Columns.Take(Shown).Select(column => $"'{column.Name}'"));
        return Columns.Count > Shown ? $"{names} and {Columns.Count - Shown} more" : names;
    }
}
