namespace BatchLLM.Rows;

/// <summary>One input record. A record that could not be read is a row too: it has an error and no columns.</summary>
/// <param name="Location">Where the record stands.</param>
/// <param name="Columns">Name to value, ordinal comparison, in file order; empty when <paramref name="Error"/> is set.</param>
/// <param name="Error">Why the record could not be read; null for a good row.</param>
public sealed record Row(RowLocation Location, IReadOnlyDictionary<string, RowValue> Columns, RowError? Error)
{
    private static readonly Dictionary<string, RowValue> NoColumns = [];

    /// <summary>A row that could not be read.</summary>
    public static Row Unreadable(RowLocation location, RowError error) => new(location, NoColumns, error);
}
