namespace BatchLLM.Tokens;

/// <summary>The pre-tokenizer that writes spaces as a visible mark.</summary>
/// <param name="Mark">What stands for a space.</param>
/// <param name="Scheme">Where a mark is put in front.</param>
/// <param name="Splits">True if words are cut in front of every mark.</param>
internal sealed record Metaspace(string Mark, PrependScheme Scheme, bool Splits)
{
    /// <summary>The text with its marks.</summary>
    /// <param name="text">Not empty.</param>
    /// <param name="startsPrompt">True if the prompt begins with it.</param>
    public string Apply(string text, bool startsPrompt)
    {
        var marked = text.Replace(" ", Mark, StringComparison.Ordinal);
        var prepends = Scheme == PrependScheme.Always || (Scheme == PrependScheme.First && startsPrompt);
        return prepends && !marked.StartsWith(Mark, StringComparison.Ordinal) ? Mark + marked : marked;
    }
}
