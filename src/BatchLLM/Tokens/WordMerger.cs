namespace BatchLLM.Tokens;

/// <summary>
/// Byte-pair encoding of single words: the lowest-ranked merge first, the leftmost of equal ones. Holds working memory,
/// so one instance serves one thread at a time.
/// </summary>
/// <remarks>
/// Words of natural text are short; scanning their ranks beats any queue. The queue takes over where the scan's n²
/// would start to show, so that a megabyte without a single word border stays linear.
/// </remarks>
internal sealed class WordMerger(MergeTable merges)
{
    private const int LongestScanned = 48;
    private const int NoMerge = int.MaxValue;

    private readonly int[] _ranks = new int[LongestScanned]; // rank of the merge of tokens i and i + 1
    private readonly int[] _merged = new int[LongestScanned]; // what they become
    private LongWordMerger? _longWords;

    /// <summary>Merges the smallest tokens of a word in place.</summary>
    /// <returns>How many tokens are left, at the front.</returns>
    public int Merge(Span<int> tokens) =>
        tokens.Length <= LongestScanned ? Scan(tokens) : (_longWords ??= new LongWordMerger(merges)).Merge(tokens);

    private int Scan(Span<int> tokens)
    {
        for (var i = 0; i < tokens.Length; i++)
        {
            Rank(tokens, i);
        }

        for (var at = Lowest(tokens.Length); at >= 0; at = Lowest(tokens.Length))
        {
            tokens = Apply(tokens, at);
        }

        return tokens.Length;
    }

    private Span<int> Apply(Span<int> tokens, int at)
    {
        var moved = tokens.Length - at - 2;
        tokens[at] = _merged[at];
        tokens[(at + 2)..].CopyTo(tokens[(at + 1)..]);
        Array.Copy(_ranks, at + 2, _ranks, at + 1, moved);
        Array.Copy(_merged, at + 2, _merged, at + 1, moved);
        tokens = tokens[..^1];
        Rank(tokens, at);
        if (at > 0)
        {
            Rank(tokens, at - 1);
        }

        return tokens;
    }

    private void Rank(ReadOnlySpan<int> tokens, int at) =>
        _ranks[at] = at + 1 < tokens.Length && merges.TryFind(tokens[at], tokens[at + 1], out var rank, out _merged[at])
            ? rank
            : NoMerge;

    private int Lowest(int count)
    {
        var (best, at) = (NoMerge, -1);
        for (var i = 0; i < count; i++)
        {
            if (_ranks[i] < best)
            {
                (best, at) = (_ranks[i], i);
            }
        }

        return at;
    }
}
