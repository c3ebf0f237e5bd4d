namespace BatchLLM.Rows;

/// <summary>
/// Columns in the path of a file, as Hive, Spark and DuckDB lay out tables: <c>sales/dt=2026-11-20/city=New%20York/a.parquet</c>
/// has the columns <c>dt</c> and <c>city</c>. All are text; <c>__HIVE_DEFAULT_PARTITION__</c> is null.
/// </summary>
/// <remarks>
/// Every directory of the path counts, and of two with one name the inner. Types are not guessed, as Spark and DuckDB do:
/// <c>hour=07</c> would read 7 in a prompt.
/// </remarks>
public static class HivePartitions
{
    private const string NullValue = "__HIVE_DEFAULT_PARTITION__";

    /// <summary>The columns of a file's path; empty for most files.</summary>
    /// <param name="uri">The file's URI: escaped once as such, and its directories' names as Hive escapes them.</param>
    public static IReadOnlyDictionary<string, RowValue> Of(string uri)
    {
        var columns = new Dictionary<string, RowValue>(StringComparer.Ordinal);
        foreach (var segment in uri.Split('/')[..^1])
        {
            var name = Uri.UnescapeDataString(segment);
            if (name.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
            {
                columns[Uri.UnescapeDataString(name[..equals])] = Value(Uri.UnescapeDataString(name[(equals + 1)..]));
            }
        }

        return columns;
    }

    private static RowValue Value(string text) => text == NullValue ? RowValue.Null : RowValue.FromText(text);
}
