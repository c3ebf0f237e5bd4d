using System.Globalization;
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
    private readonly (string Text, bool IsColumn)[] _pieces;

    private PromptTemplate(List<(string Text, bool IsColumn)> pieces)
    {
        _pieces = [.. pieces];
        Columns = [.. pieces.Where(piece => piece.IsColumn).Select(piece => piece.Text).Distinct()];
    }

    /// <summary>The columns it names, each once.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Parses a template.</summary>
    /// <param name="text">The template.</param>
    /// <param name="where">Its key in the job file, for the message.</param>
    /// <exception cref="BatchLLMException">A placeholder is not closed, or names no column.</exception>
    public static PromptTemplate Parse(string text, string where)
    {
        var pieces = Split(text, out var problem);
        return problem is null ? new PromptTemplate(pieces) : throw new BatchLLMException($"{where}: {problem}.");
    }

    /// <summary>What is wrong with a template; null if nothing is.</summary>
    internal static string? FindProblem(string text)
    {
        Split(text, out var problem);
        return problem;
    }

    /// <summary>Fills in a row's values; null values are empty.</summary>
    /// <param name="row">The row.</param>
    /// <param name="error">Which column the row lacks; null if it has all.</param>
    public IReadOnlyList<PromptPart> Render(Row row, out RowError? error)
    {
        var parts = new PromptPart[_pieces.Length]; // [pieces]
        for (var index = 0; index < parts.Length; index++)
        {
            var (text, isColumn) = _pieces[index];
            if (!isColumn)
            {
                parts[index] = new PromptPart(text, false);
            }
            else if (row.Columns.TryGetValue(text, out var value))
            {
                parts[index] = new PromptPart(value.ToString(), true);
            }
            else
            {
                error = new RowError(RowErrorCodes.MissingColumn, $"the prompt needs column '{text}'; the row does not have it");
                return [];
            }
        }

        error = null;
        return parts;
    }

    private static List<(string Text, bool IsColumn)> Split(string text, out string? problem)
    {
        problem = null;
        var pieces = new List<(string Text, bool IsColumn)>();
        var literal = new System.Text.StringBuilder();
        var at = 0;
        while (problem is null && text.IndexOf(Open, at, StringComparison.Ordinal) is var open and >= 0)
        {
            literal.Append(text, at, open - at);
            at = open + Open.Length;
            if (string.CompareOrdinal(text, at, Open, 0, Open.Length) == 0)
            {
                literal.Append(Open);
                at += Open.Length;
                continue;
            }

            var close = text.IndexOf(Close, at, StringComparison.Ordinal);
            var column = close < 0 ? "" : text[at..close].Trim();
            problem = PlaceholderProblem(column, open, close);
            pieces.Add((literal.ToString(), false));
            pieces.Add((column, true));
            literal.Clear();
            at = close + Close.Length;
        }

        pieces.Add((literal.Append(text, at, text.Length - at).ToString(), false));
        pieces.RemoveAll(piece => piece.Text.Length == 0);
        return pieces;
    }

    private static string? PlaceholderProblem(string column, int open, int close)
    {
        var problem = close < 0 ? "is not closed; expected '}}' after the column's name"
            : column.Length == 0 ? "names no column"
            : column.AsSpan().IndexOfAny("{}\r\n") >= 0 ? "has a brace or a line break in the column's name"
            : null;
        return problem is null ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"the placeholder at character {open + 1} {problem}; write '{{{{{{{{' for a literal '{{{{'");
    }
}
