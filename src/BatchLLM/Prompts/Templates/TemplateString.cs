using BatchLLM.Tokens;

namespace BatchLLM.Prompts.Templates;

/// <summary>A text that remembers which of its characters came from the user's data.</summary>
internal sealed class TemplateString
{
    /// <summary>The text of no length.</summary>
    public static readonly TemplateString Empty = new("", []);

    /// <summary>Joins a text and its literal spans.</summary>
    /// <param name="text">The text.</param>
    /// <param name="literals">Ascending, disjoint, not empty.</param>
    public TemplateString(string text, IReadOnlyList<TextSpan> literals) => (Text, Literals) = (text, literals);

    /// <summary>The whole text.</summary>
    public string Text { get; }

    /// <summary>What of it came from the user's data.</summary>
    public IReadOnlyList<TextSpan> Literals { get; }

    /// <summary>A text of the template itself.</summary>
    public static TemplateString FromTemplate(string text) => new(text, []);

    /// <summary>A text of the user's data.</summary>
    public static TemplateString FromData(string text) =>
        text.Length == 0 ? Empty : new(text, [new TextSpan(0, text.Length)]);

    /// <summary>A part of the text.</summary>
    public TemplateString Slice(int start, int length)
    {
        if (length == Text.Length)
        {
            return this;
        }

        var end = start + length;
        var literals = new List<TextSpan>();
        foreach (var span in Literals)
        {
            var from = Math.Max(span.Start, start);
            var to = Math.Min(span.Start + span.Length, end);
            if (from < to)
            {
                literals.Add(new TextSpan(from - start, to - from));
            }
        }

        return new TemplateString(Text.Substring(start, length), literals);
    }

    /// <summary>The same spans over a text of the same length, such as one in upper case.</summary>
    public TemplateString WithText(string text) => new(text, Literals);

    /// <summary>The text for an error message: what came from the user's data is left out.</summary>
    public string WithoutData()
    {
        var text = Text;
        foreach (var span in Literals.Reverse())
        {
            text = string.Concat(text.AsSpan(0, span.Start), "[...]", text.AsSpan(span.Start + span.Length));
        }

        return text;
    }
}
