using System.Globalization;

namespace BatchLLM.Prompts.Templates;

/// <summary>What filters and methods do with texts. What came from the user's data stays marked.</summary>
internal static class TextOperations
{
    private const int StepsPerPart = 4; // a part costs an allocation or two

    /// <summary>The text without some characters at its ends; white space if none are named.</summary>
    public static TemplateString Trim(TemplateString text, object? characters, bool start = true, bool end = true)
    {
        var set = (characters as TemplateString)?.Text;
        bool IsTrimmed(char unit) => set is null ? TemplateText.IsWhite(unit) : set.Contains(unit);
        var (from, to) = (0, text.Text.Length);
        while (start && from < to && IsTrimmed(text.Text[from]))
        {
            from++;
        }

        while (end && to > from && IsTrimmed(text.Text[to - 1]))
        {
            to--;
        }

        return text.Slice(from, to - from);
    }

    /// <summary>The text with a part replaced, at most so many times; the replacement keeps its own origin.</summary>
    public static TemplateString Replace(
        RenderState state, TemplateString text, TemplateString old, TemplateString replacement, long count)
    {
        if (old.Text.Length == 0)
        {
            throw new TemplateException("it replaces a text of no length");
        }

        var result = new TemplateStringBuilder(state);
        var start = 0;
        for (var at = Find(text, old, 0); at >= 0 && count-- != 0; at = Find(text, old, start))
        {
            state.Spend(StepsPerPart);
            result.Append(text.Slice(start, at - start)).Append(replacement);
            start = at + old.Text.Length;
        }

        return result.Append(text.Slice(start, text.Text.Length - start)).Build();
    }

    /// <summary>
    /// The parts between separators, at most so many cuts; between runs of white space if none is named.
    /// </summary>
    public static List<object?> Split(RenderState state, TemplateString text, object? separator, long count)
    {
        if (separator is not TemplateString between)
        {
            return SplitAtWhite(state, text, count);
        }

        if (between.Text.Length == 0)
        {
            throw new TemplateException("it splits at a text of no length");
        }

        var parts = new List<object?>();
        var start = 0;
        for (var at = Find(text, between, 0); at >= 0 && count-- != 0; at = Find(text, between, start))
        {
            parts.Add(text.Slice(start, at - start));
            start = at + between.Text.Length;
            state.Spend(StepsPerPart);
        }

        parts.Add(text.Slice(start, text.Text.Length - start));
        return parts;
    }

    /// <summary>
    /// The text with the first letter of each word, or of the whole, in upper case and all others in lower.
    /// </summary>
    public static TemplateString Capitalize(TemplateString text, bool eachWord)
    {
        var units = text.Text.ToLowerInvariant().ToCharArray();
        for (var i = 0; i < units.Length; i++)
        {
            if (i == 0 || (eachWord && char.IsLetter(units[i]) && !char.IsLetter(units[i - 1])))
            {
                units[i] = CultureInfo.InvariantCulture.TextInfo.ToUpper(units[i]);
            }
        }

        return text.WithText(new string(units));
    }

    private static List<object?> SplitAtWhite(RenderState state, TemplateString text, long count)
    {
        var parts = new List<object?>();
        var start = Skip(text.Text, 0, isWhite: true);
        while (start < text.Text.Length)
        {
            state.Spend(StepsPerPart);
            var end = count-- == 0 ? text.Text.Length : Skip(text.Text, start, isWhite: false);
            parts.Add(text.Slice(start, end - start));
            start = Skip(text.Text, end, isWhite: true);
        }

        return parts;
    }

    private static int Skip(string text, int start, bool isWhite)
    {
        while (start < text.Length && TemplateText.IsWhite(text[start]) == isWhite)
        {
            start++;
        }

        return start;
    }

    private static int Find(TemplateString text, TemplateString part, int start) =>
        text.Text.IndexOf(part.Text, start, StringComparison.Ordinal);
}
