using System.Buffers;
using System.Globalization;

namespace BatchLLM.Prompts.Templates;

/// <summary>What filters and methods do with texts. What came from the user's data stays marked.</summary>
internal static class TextOperations
{
    // Python's ends of lines (str.splitlines).
    private static readonly SearchValues<char> LineEnds =
        SearchValues.Create("\n\r\v\f\u001C\u001D\u001E\u0085\u2028\u2029");

    private const int UsualIndent = 4;
    private const int WidestIndent = 64;
    private const int StepsPerPart = 4; // a part costs an allocation or two

    /// <summary>The text without some characters at its ends; white space if none are named.</summary>
    public static TemplateString Trim(
        RenderState state, TemplateString text, object? characters, bool start = true, bool end = true)
    {
        var set = (characters as TemplateString)?.Text;
        state.SpendText(text.Text.Length * (long)(set?.Length ?? 0));
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

        state.SpendSearch(text.Text.Length, old.Text.Length);
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

        state.SpendSearch(text.Text.Length, between.Text.Length);
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

    /// <summary>The lines of the text, without their ends.</summary>
    public static List<object?> SplitLines(RenderState state, TemplateString text)
    {
        var lines = new List<object?>();
        for (var start = 0; start < text.Text.Length;)
        {
            state.Spend(StepsPerPart);
            var found = text.Text.AsSpan(start).IndexOfAny(LineEnds);
            var end = found < 0 ? text.Text.Length : start + found;
            lines.Add(text.Slice(start, end - start));
            start = end + (text.Text.AsSpan(end).StartsWith("\r\n") ? 2 : 1);
        }

        return lines;
    }

    /// <summary>The text with every line but the first indented; blank lines only if asked.</summary>
    public static TemplateString Indent(RenderState state, TemplateString text, object?[] given)
    {
        var width = given[0] is TemplateString spelt ? spelt : Spaces(given[0] is long count ? count : UsualIndent);
        var result = new TemplateStringBuilder(state);
        for (var start = 0; start <= text.Text.Length;)
        {
            state.Spend(StepsPerPart);
            var end = text.Text.IndexOf('\n', start) is >= 0 and var found ? found + 1 : text.Text.Length;
            var isBlank = start == end || text.Text[start] == '\n';
            var isIndented = start == 0 ? given[1] is true : !isBlank || given[2] is true;
            result.Append(isIndented ? width : TemplateString.Empty).Append(text.Slice(start, end - start));
            start = end == text.Text.Length && (end == start || text.Text[end - 1] != '\n') ? end + 1 : end;
        }

        return result.Build();
    }

    /// <summary>What items print, with a text between them.</summary>
    public static TemplateString Join(RenderState state, TemplateString between, object? items)
    {
        var result = new TemplateStringBuilder(state);
        var isFirst = true;
        foreach (var item in TemplateValues.Items(state, items))
        {
            result.Append(isFirst ? TemplateString.Empty : between).Append(TemplateValues.ToText(state, item));
            isFirst = false;
        }

        return result.Build();
    }

    /// <summary>The first code point of the text at which it holds another; -1 if it does not.</summary>
    public static object Find(RenderState state, TemplateString text, object? part)
    {
        var at = Find(state, text.Text, TemplateValues.ToText(state, part).Text);
        return at < 0 ? -1L : TemplateSlices.Count(text.Text[..at]);
    }

    private static TemplateString Spaces(long count) => count <= WidestIndent
        ? TemplateString.FromTemplate(new string(' ', (int)Math.Max(0, count)))
        : throw new TemplateException($"it indents by {count}; expected at most {WidestIndent}");

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

    /// <summary>Where a text first holds another; negative if nowhere.</summary>
    public static int Find(RenderState state, string text, string part)
    {
        state.SpendSearch(text.Length, part.Length);
        return text.IndexOf(part, StringComparison.Ordinal);
    }

    private static int Find(TemplateString text, TemplateString part, int start) =>
        text.Text.IndexOf(part.Text, start, StringComparison.Ordinal);
}
