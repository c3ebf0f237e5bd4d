namespace BatchLLM.Host.Inspection;

/// <summary>What <c>inspect</c> says of a data file.</summary>
/// <param name="File">Its path.</param>
/// <param name="Format">jsonl, csv or parquet.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Rows">Rows in all.</param>
/// <param name="UnreadableRows">Rows among them that are no valid records; 0 for Parquet, whose rows are not read.</param>
/// <param name="Columns">Columns in file order, or in order of first appearance.</param>
/// <param name="RowGroups">Row groups of a Parquet file; null for others.</param>
/// <param name="CreatedBy">Writer of a Parquet file; null if unknown.</param>
internal sealed record DataFileInspection(
    string File,
    string Format,
    long Bytes,
    long Rows,
    long UnreadableRows,
    IReadOnlyList<DataColumn> Columns,
    int? RowGroups,
    string? CreatedBy);

/// <summary>A column.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type in the format's words, or the kinds of value seen.</param>
/// <param name="Note">Why it cannot be used; null if it can.</param>
internal sealed record DataColumn(string Name, string Type, string? Note);
