using BatchLLM.Rows;

namespace BatchLLM.Prompts;

/// <summary>
/// Text with <c>{{column}}</c> placeholders; white space inside the braces is ignored. A literal <c>{{</c> is written
/// <c>{{{{</c>; <c>}}</c> outside a placeholder stands for itself.
/// </summary>
public sealed class PromptTemplate
{
    private const string Open = "{{";
    private const string Close = "}}";
    private readonly IReadOnlyList<(string Text, bool IsColumn)> _pieces;

    private PromptTemplate(IReadOnlyList<(string Text, bool IsColumn)> pieces) => _pieces = pieces;

    /// <summary>The columns it names, each once.</summary>
    public IEnumerable<string> Columns => _pieces.Where(piece => piece.IsColumn).Select(piece => piece.Text).Distinct();

    /// <summary>Parses a template.</summary>
    /// <param name="text">The template.</param>
    /// <param name="where">Its key in the job file, for the message.</param>
    /// <exception cref="BatchLLMException">A placeholder is not closed, or is empty.</exception>
    public static PromptTemplate Parse(string text, string where)
    {
        var pieces = new List<(string, bool)>();
        var literal = new System.Text.StringBuilder();
        var at = 0;
        while (text.IndexOf(Open, at, StringComparison.Ordinal) is var open and >= 0)
        {
            literal.Append(text, at, open - at);
            if (string.CompareOrdinal(text, open + Open.Length, Open, 0, Open.Length) == 0)
            {
                literal.Append(Open);
                at = open + (2 * Open.Length);
                continue;
            }

            var close = text.IndexOf(Close, open, StringComparison.Ordinal);
            pieces.Add((literal.ToString(), false));
            pieces.Add((ColumnOf(text, open, close, where), true));
            literal.Clear();
            at = close + Close.Length;
        }

        literal.Append(text, at, text.Length - at);
        pieces.Add((literal.ToString(), false));
        return new PromptTemplate([.. pieces.Where(piece => piece.Item1.Length > 0)]);
    }

    /// <summary>Fills in a row's values; null values are empty.</summary>
    /// <param name="row">The row.</param>
    /// <param name="error">Which column the row lacks; null if it has all.</param>
    public IReadOnlyList<PromptPart> Render(Row row, out RowError? error)
    {
        var lacking = Columns.FirstOrDefault(column => !row.Columns.ContainsKey(column));
        error = lacking is null
            ? null
            : new RowError(RowErrorCodes.MissingColumn, $"the prompt needs column '{lacking}'; the row does not have it");
        return error is null ? [.. _pieces.Select(piece => Fill(piece, row))] : [];
    }

    private static PromptPart Fill((string Text, bool IsColumn) piece, Row row) =>
        piece.IsColumn ? new PromptPart(row.Columns[piece.Text].ToString(), true) : new PromptPart(piece.Text, false);

    private static string ColumnOf(string text, int open, int close, string where)
    {
        var column = close < 0 ? "" : text[(open + Open.Length)..close].Trim();
        return column.Length > 0 ? column : throw new BatchLLMException(
            $"{where}: the placeholder at character {open + 1} " +
            (close < 0 ? "is not closed; expected '}}' after the column's name" : "names no column") +
            "; write '{{{{' for a literal '{{'.");
    }
}
