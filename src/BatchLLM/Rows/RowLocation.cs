using System.Globalization;

namespace BatchLLM.Rows;

/// <summary>Where a row stands in the input, for errors and for the row's identity.</summary>
/// <param name="File">The input file's URI.</param>
/// <param name="RowNumber">1-based number of the row in its file; blank lines do not count.</param>
/// <param name="LineNumber">1-based line in a text file; null where the format has no lines.</param>
public readonly record struct RowLocation(string File, long RowNumber, long? LineNumber)
{
    /// <summary>Text for messages: <c>row 41 (tickets.jsonl, line 42)</c>.</summary>
    public override string ToString()
    {
        var name = File[(File.LastIndexOf('/') + 1)..];
        var line = LineNumber is { } number ? string.Create(CultureInfo.InvariantCulture, $", line {number}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"row {RowNumber} ({name}{line})");
    }
}
