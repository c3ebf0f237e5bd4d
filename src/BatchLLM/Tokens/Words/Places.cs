namespace BatchLLM.Tokens.Words;

/// <summary>Decides whether a place of a text is of a kind.</summary>
internal static class Places
{
    /// <summary>True if it is.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="text">Code points.</param>
    /// <param name="at">The place, from 0 to the text's length.</param>
    public static bool IsAt(PlaceKind kind, ReadOnlySpan<int> text, int at) => kind switch
    {
        PlaceKind.TextStart => at == 0,
        PlaceKind.TextEnd => at == text.Length,
        PlaceKind.LineStart => at == 0 || (text[at - 1] == '\n' && at < text.Length),
        PlaceKind.LineEnd => at == text.Length || text[at] == '\n',
        PlaceKind.WordBoundary => IsWord(text, at - 1) != IsWord(text, at),
        _ => IsWord(text, at - 1) == IsWord(text, at),
    };

    private static bool IsWord(ReadOnlySpan<int> text, int at) =>
        (uint)at < (uint)text.Length && UnicodeSets.Word.Contains(text[at]);
}
