namespace BatchLLM.Tokens;

/// <summary>
/// Byte-pair encoding of single words: the lowest-ranked merge first, the leftmost of equal ones. Holds working memory,
/// so one instance serves one thread at a time.
/// </summary>
/// <remarks>
/// Words of natural text are short; scanning their ranks beats any queue. The queue takes over where the scan's n²
/// would start to show, so that a megabyte without a single word border stays linear.
/// </remarks>
internal sealed class WordMerger(BytePairs pairs)
{
    private const int LongestScanned = 48;
    private const int NoMerge = int.MaxValue;

    private readonly int[] _ranks = new int[LongestScanned]; // rank of the merge of tokens i and i + 1
    private readonly int[] _merged = new int[LongestScanned]; // what they become
    private LongWordMerger? _longWords;

    /// <summary>Writes the tokens of a word.</summary>
    /// <param name="word">Its bytes.</param>
    /// <param name="output">Room for as many tokens as bytes.</param>
    /// <returns>How many tokens.</returns>
    public int Merge(ReadOnlySpan<byte> word, Span<int> output)
    {
        var tokens = output[..word.Length];
        for (var i = 0; i < word.Length; i++)
        {
            tokens[i] = pairs.ByteTokens[word[i]];
        }

        return word.Length <= LongestScanned
            ? Scan(word, tokens)
            : (_longWords ??= new LongWordMerger(pairs.Merges)).Merge(tokens);
    }

    private int Scan(ReadOnlySpan<byte> word, Span<int> tokens)
    {
        for (var i = 0; i + 1 < word.Length; i++)
        {
            (_ranks[i], _merged[i]) = pairs.OfBytes(word[i], word[i + 1]);
        }

        _ranks[word.Length - 1] = NoMerge;
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
        _ranks[at] = at + 1 < tokens.Length && pairs.Merges.TryFind(tokens[at], tokens[at + 1], out var rank, out _merged[at])
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
