namespace BatchLLM.Prompts.Templates;

/// <summary>Python's idea of white space, which template authors rely on: .NET's and U+001C to U+001F.</summary>
internal static class TemplateText
{
    /// <summary>True for white space.</summary>
    public static bool IsWhite(char unit) => char.IsWhiteSpace(unit) || unit is >= '\u001C' and <= '\u001F';

    /// <summary>How long a text is without the white space at its end.</summary>
    public static int TrimmedEnd(ReadOnlySpan<char> text)
    {
        var end = text.Length;
        while (end > 0 && IsWhite(text[end - 1]))
        {
            end--;
        }

        return end;
    }

    /// <summary>A text without the white space at its start.</summary>
    public static ReadOnlySpan<char> SkipWhite(ReadOnlySpan<char> text)
    {
        var start = 0;
        while (start < text.Length && IsWhite(text[start]))
        {
            start++;
        }

        return text[start..];
    }
}
