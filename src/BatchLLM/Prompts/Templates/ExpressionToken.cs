namespace BatchLLM.Prompts.Templates;

/// <summary>Reads single tokens inside a tag.</summary>
internal static class ExpressionToken
{
    private static readonly string[] LongOperators = ["==", "!=", "<=", ">=", "//", "**"];
    private const string ShortOperators = "+-*/%~<>=()[]{}.,:|";

    /// <summary>The token at a position.</summary>
    /// <param name="source">The template.</param>
    /// <param name="start">Where the token begins; not white space.</param>
    /// <param name="line">That position's line.</param>
    /// <param name="end">Where the token ends.</param>
    /// <exception cref="BatchLLMException">No token begins here.</exception>
    public static TemplateToken Read(string source, int start, int line, out int end)
    {
        var first = source[start];
        if (first is '\'' or '"')
        {
            return new TemplateToken(TemplateTokenKind.Text, QuotedText.Read(source, start, line, out end), line);
        }

        if (char.IsAsciiDigit(first))
        {
            return ReadNumber(source, start, line, out end);
        }

        if (IsNamePart(first))
        {
            end = EndOf(source, start, IsNamePart);
            return new TemplateToken(TemplateTokenKind.Name, source[start..end], line);
        }

        return ReadOperator(source, start, line, out end);
    }

    private static TemplateToken ReadNumber(string source, int start, int line, out int end)
    {
        end = EndOf(source, start, IsDigitPart);
        var kind = TemplateTokenKind.Integer;
        if (end + 1 < source.Length && source[end] == '.' && char.IsAsciiDigit(source[end + 1]))
        {
            end = EndOf(source, end + 1, IsDigitPart);
            kind = TemplateTokenKind.Number;
        }

        return end < source.Length && IsNamePart(source[end])
            ? throw TemplateSyntax.Refuse(line, $"a number that goes on with '{source[end]}'", "decimal digits")
            : new TemplateToken(kind, source[start..end].Replace("_", ""), line);
    }

    private static TemplateToken ReadOperator(string source, int start, int line, out int end)
    {
        foreach (var candidate in LongOperators)
        {
            if (source.AsSpan(start).StartsWith(candidate))
            {
                end = start + candidate.Length;
                return new TemplateToken(TemplateTokenKind.Operator, candidate, line);
            }
        }

        end = start + 1;
        return ShortOperators.Contains(source[start])
            ? new TemplateToken(TemplateTokenKind.Operator, source[start..end], line)
            : throw TemplateSyntax.Refuse(line, $"the character '{source[start]}'", "an expression");
    }

    private static int EndOf(string source, int start, Func<char, bool> isPart)
    {
        while (start < source.Length && isPart(source[start]))
        {
            start++;
        }

        return start;
    }

    private static bool IsDigitPart(char unit) => char.IsAsciiDigit(unit) || unit == '_';

    private static bool IsNamePart(char unit) => char.IsAsciiLetterOrDigit(unit) || unit == '_';
}
