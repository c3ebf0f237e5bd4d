namespace BatchLLM.Tokens;

/// <summary>Cuts prompts at their added tokens and normalizes the text between them.</summary>
/// <remarks>
/// Two rounds, as in the reference: tokens that are not marked as normalized are sought in the text as it stands, the
/// others in the normalized text between those.
/// </remarks>
internal sealed class PromptSplitter
{
    private readonly AddedTokenMatcher _raw;
    private readonly AddedTokenMatcher? _normalized; // null if no token is sought in normalized text
    private readonly Func<string, string>? _normalize;

    /// <summary>Joins the tokens to look for with the normalizer.</summary>
    /// <param name="tokens">The added tokens.</param>
    /// <param name="normalize">What is done to text; null for nothing.</param>
    public PromptSplitter(IReadOnlyCollection<AddedToken> tokens, Func<string, string>? normalize)
    {
        _raw = new AddedTokenMatcher(new AddedTokenTrie(tokens.Where(token => !token.IsNormalized)));
        var second = new AddedTokenTrie(tokens.Where(token => token.IsNormalized));
        _normalized = second.IsEmpty ? null : new AddedTokenMatcher(second);
        _normalize = normalize;
    }

    /// <summary>The prompt's pieces in order; none is empty text.</summary>
    /// <exception cref="ArgumentException">
    /// The literal spans are not ascending, disjoint and inside the text.
    /// </exception>
    public List<PromptPiece> Split(PromptText prompt)
    {
        var literals = LiteralSpans(prompt);
        var pieces = new List<PromptPiece>(1);
        var start = 0;
        foreach (var match in _raw.Find(prompt.Text, literals))
        {
            AddText(prompt.Text, literals, start, match.Start, pieces);
            pieces.Add(new PromptPiece(default, match.Token.Id, StartsPrompt: false));
            start = match.End;
        }

        AddText(prompt.Text, literals, start, prompt.Text.Length, pieces);
        return pieces;
    }

    private void AddText(string prompt, IReadOnlyList<TextSpan> literals, int start, int end, List<PromptPiece> pieces)
    {
        if (start >= end)
        {
            return;
        }

        if (_normalize is null && _normalized is null)
        {
            pieces.Add(new PromptPiece(prompt.AsMemory(start..end), -1, start == 0));
            return;
        }

        AddUnnormalized(prompt[start..end], literals, start, pieces);
    }

    private void AddUnnormalized(string source, IReadOnlyList<TextSpan> literals, int start, List<PromptPiece> pieces)
    {
        var text = _normalize?.Invoke(source) ?? source;
        AddNormalized(text, () => SpansIn(source, literals, start), start == 0, pieces);
    }

    private void AddNormalized(
        string text, Func<List<TextSpan>> literals, bool startsPrompt, List<PromptPiece> pieces)
    {
        var start = 0;
        if (_normalized is not null && !_normalized.FindsNothing(text))
        {
            foreach (var match in _normalized.Find(text, literals()))
            {
                AddPiece(text, start, match.Start, startsPrompt, pieces);
                pieces.Add(new PromptPiece(default, match.Token.Id, StartsPrompt: false));
                start = match.End;
            }
        }

        AddPiece(text, start, text.Length, startsPrompt, pieces);
    }

    private static void AddPiece(string text, int start, int end, bool startsPrompt, List<PromptPiece> pieces)
    {
        if (start < end)
        {
            pieces.Add(new PromptPiece(text.AsMemory(start..end), -1, startsPrompt && start == 0));
        }
    }

    // Where user data lies in a normalized part of the prompt. Normalizing what stands before each border says it, and
    // is paid only for a text that holds a token's look-alike; carrying positions through every normalizer would be
    // paid for every text.
    private List<TextSpan> SpansIn(string source, IReadOnlyList<TextSpan> literals, int offset)
    {
        var spans = new List<TextSpan>();
        foreach (var literal in literals)
        {
            var start = Math.Max(literal.Start - offset, 0);
            var end = Math.Min(literal.Start + literal.Length - offset, source.Length);
            if (start < end)
            {
                var first = NormalizedLength(source[..start]);
                spans.Add(new TextSpan(first, NormalizedLength(source[..end]) - first));
            }
        }

        return spans;
    }

    private int NormalizedLength(string text) => _normalize?.Invoke(text).Length ?? text.Length;

    // Those that are not empty, which are mostly all.
    private static IReadOnlyList<TextSpan> LiteralSpans(PromptText prompt)
    {
        var (open, empty) = (0, 0);
        for (var index = 0; index < prompt.LiteralSpans.Count; index++)
        {
            var span = prompt.LiteralSpans[index];
            if (span.Length > 0 && (span.Start < open || span.Length > prompt.Text.Length - span.Start))
            {
                throw new ArgumentException(
                    "Literal spans must be ascending, disjoint and inside the text.", nameof(prompt));
            }

            open = span.Length > 0 ? span.Start + span.Length : open;
            empty += span.Length > 0 ? 0 : 1;
        }

        return empty == 0 ? prompt.LiteralSpans : [.. prompt.LiteralSpans.Where(span => span.Length > 0)];
    }
}
