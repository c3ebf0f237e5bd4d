namespace BatchLLM.Tokens;

/// <summary>Finds the added tokens of a prompt, never touching what is user data.</summary>
internal sealed class AddedTokenMatcher(IReadOnlyCollection<AddedToken> tokens)
{
    private readonly AddedTokenTrie _first = new(tokens.Where(token => !token.IsNormalized));
    private readonly AddedTokenTrie _second = new(tokens.Where(token => token.IsNormalized));

    /// <summary>The matches, ascending. A match lies wholly outside the literal spans.</summary>
    /// <exception cref="ArgumentException">
    /// The literal spans are not ascending, disjoint and inside the text.
    /// </exception>
    public List<AddedTokenMatch> Find(PromptText prompt)
    {
        var matches = new List<AddedTokenMatch>();
        var open = 0;
        foreach (var span in prompt.LiteralSpans)
        {
            if (span.Length <= 0)
            {
                continue;
            }

            RequireAscending(prompt, span, open);
            FindBetween(prompt.Text, open, span.Start, matches);
            open = span.Start + span.Length;
        }

        FindBetween(prompt.Text, open, prompt.Text.Length, matches);
        return matches;
    }

    // Two rounds, as in the reference: tokens marked as normalized are sought only between those that are not.
    private void FindBetween(string text, int start, int end, List<AddedTokenMatch> matches)
    {
        while (_first.TryFind(text, start, end, out var match))
        {
            FindSecond(text, start, match.Start, matches);
            matches.Add(match);
            start = match.Start + match.Length;
        }

        FindSecond(text, start, end, matches);
    }

    private void FindSecond(string text, int start, int end, List<AddedTokenMatch> matches)
    {
        while (_second.TryFind(text, start, end, out var match))
        {
            matches.Add(match);
            start = match.Start + match.Length;
        }
    }

    private static void RequireAscending(PromptText prompt, TextSpan span, int earliest)
    {
        if (span.Start < earliest || span.Length > prompt.Text.Length - span.Start)
        {
            throw new ArgumentException(
                "Literal spans must be ascending, disjoint and inside the text.", nameof(prompt));
        }
    }
}
