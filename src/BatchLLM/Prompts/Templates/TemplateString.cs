using System.Buffers;
using BatchLLM.Tokens;

namespace BatchLLM.Prompts.Templates;

/// <summary>A text that remembers which of its characters came from the user's data.</summary>
internal sealed class TemplateString
{
    /// <summary>The text of no length.</summary>
    public static readonly TemplateString Empty = new("", []);

    private static readonly SpanAction<char, ReadOnlySpan<TemplateString>> Copy = CopyParts;

    private TemplateString(string text, TextSpan[] literals) => (Text, Literals) = (text, literals);

    /// <summary>The whole text.</summary>
    public string Text { get; }

    /// <summary>What of it came from the user's data: ascending, disjoint, not empty.</summary>
    public TextSpan[] Literals { get; }

    /// <summary>A text of the template itself.</summary>
    public static TemplateString FromTemplate(string text) => new(text, []);

    /// <summary>A text of the user's data.</summary>
    public static TemplateString FromData(string text) =>
        text.Length == 0 ? Empty : new(text, [new TextSpan(0, text.Length)]);

    /// <summary>Joins texts; each keeps its origin.</summary>
    /// <exception cref="TemplateException">The result is too long.</exception>
    public static TemplateString Concat(RenderState state, ReadOnlySpan<TemplateString> parts)
    {
        var length = 0L;
        var literals = 0;
        foreach (var part in parts)
        {
            length += part.Text.Length;
            literals += part.Literals.Length;
        }

        state.RequireLength(length);
        return new TemplateString(string.Create((int)length, parts, Copy), JoinLiterals(parts, literals));
    }

    /// <summary>A part of the text.</summary>
    public TemplateString Slice(int start, int length)
    {
        if (length == Text.Length)
        {
            return this;
        }

        var end = start + length;
        var literals = new List<TextSpan>(Literals.Length);
        foreach (var span in Literals)
        {
            var from = Math.Max(span.Start, start);
            var to = Math.Min(span.Start + span.Length, end);
            if (from < to)
            {
                literals.Add(new TextSpan(from - start, to - from));
            }
        }

        return new TemplateString(Text.Substring(start, length), [.. literals]);
    }

    /// <summary>The same spans over a text of the same length, such as one in upper case.</summary>
    public TemplateString WithText(string text) => new(text, Literals);

    /// <summary>The text for an error message: what came from the user's data is left out.</summary>
    public string WithoutData()
    {
        var text = Text;
        for (var i = Literals.Length - 1; i >= 0; i--)
        {
            var span = Literals[i];
            text = string.Concat(text.AsSpan(0, span.Start), "[...]", text.AsSpan(span.Start + span.Length));
        }

        return text;
    }

    private static void CopyParts(Span<char> text, ReadOnlySpan<TemplateString> parts)
    {
        foreach (var part in parts)
        {
            part.Text.CopyTo(text);
            text = text[part.Text.Length..];
        }
    }

    private static TextSpan[] JoinLiterals(ReadOnlySpan<TemplateString> parts, int most)
    {
        if (most == 0)
        {
            return [];
        }

        var literals = new TextSpan[most];
        var count = 0;
        var start = 0;
        foreach (var part in parts)
        {
            foreach (var span in part.Literals)
            {
                Add(literals, ref count, new TextSpan(start + span.Start, span.Length));
            }

            start += part.Text.Length;
        }

        return count == most ? literals : literals[..count];
    }

    // Neighbours become one span, so that data split in two is still one stretch of data.
    private static void Add(TextSpan[] literals, ref int count, TextSpan span)
    {
        if (count > 0 && literals[count - 1] is var last && last.Start + last.Length == span.Start)
        {
            literals[count - 1] = new TextSpan(last.Start, last.Length + span.Length);
        }
        else
        {
            literals[count++] = span;
        }
    }
}
