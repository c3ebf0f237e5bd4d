using BatchLLM.Blobs.Lines;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Csv;

/// <summary>
/// Turns one record into a row. A fault of the record becomes the row's error, with its place but never its text.
/// </summary>
internal static class CsvRecord
{
    /// <summary>Reads a record that is not blank.</summary>
    /// <param name="record">Its bytes without its newline.</param>
    /// <param name="location">Where it stands.</param>
    /// <param name="header">The columns of the file.</param>
    /// <param name="wanted">The columns to read; null for all.</param>
    public static Row Read(
        ReadOnlySpan<byte> record, RowLocation location, CsvHeader header, IReadOnlySet<string>? wanted)
    {
        if (LineFaults.FindInText(record) is { } fault)
        {
            return Row.Unreadable(location, fault);
        }

        var columns = new Dictionary<string, RowValue>(StringComparer.Ordinal);
        var fields = new CsvFields(record);
        while (fields.MoveNext())
        {
            var name = fields.Count <= header.Names.Count ? header.Names[fields.Count - 1] : "";
            if (name.Length > 0 && wanted?.Contains(name) != false)
            {
                columns[name] = RowValue.FromText(fields.Text);
            }
        }

        return (fields.Problem ?? CountProblem(fields.Count, header.Names.Count)) is { } problem
            ? Row.Unreadable(location, new RowError(RowErrorCodes.InvalidCsv, problem))
            : new Row(location, columns, Error: null);
    }

    private static string? CountProblem(int found, int expected) => found == expected
        ? null
        : $"The row has {found} fields; expected {expected}, as the header has.";
}
