namespace BatchLLM.Tokens;

/// <summary>
/// Byte-pair encoding of single words: the lowest-ranked merge first, the leftmost of equal ones. Holds working memory,
/// so one instance serves one thread at a time.
/// </summary>
/// <remarks>
/// Words of natural text are short; scanning their ranks beats any queue. The queue takes over where the scan's n²
/// would start to show, so that a megabyte without a single word border stays O(n log n).
/// </remarks>
internal sealed class WordMerger(BytePairs pairs)
{
    private const int LongestScanned = 48;
    private const int NoMerge = int.MaxValue;

    private readonly int[] _tokens = new int[LongestScanned];
    private readonly int[] _ranks = new int[LongestScanned]; // rank of the merge of tokens i and i + 1
    private LongWordMerger? _longWords;

    /// <summary>Appends the tokens of a word.</summary>
    public void Encode(ReadOnlySpan<byte> word, List<int> output)
    {
        if (word.Length > LongestScanned)
        {
            EncodeLong(word, output);
        }
        else
        {
            output.AddRange(Scan(word));
        }
    }

    private void EncodeLong(ReadOnlySpan<byte> word, List<int> output)
    {
        var tokens = new int[word.Length];
        for (var i = 0; i < word.Length; i++)
        {
            tokens[i] = pairs.ByteTokens[word[i]];
        }

        (_longWords ??= new LongWordMerger(pairs.Merges)).Encode(tokens, output);
    }

    private ReadOnlySpan<int> Scan(ReadOnlySpan<byte> word)
    {
        var tokens = _tokens.AsSpan(0, word.Length);
        var ranks = _ranks.AsSpan(0, word.Length);
        Start(word, tokens, ranks);
        for (var at = Lowest(ranks); at >= 0; at = Lowest(ranks))
        {
            Merge(tokens, ranks, at);
            tokens = tokens[..^1];
            ranks = ranks[..^1];
        }

        return tokens;
    }

    private void Start(ReadOnlySpan<byte> word, Span<int> tokens, Span<int> ranks)
    {
        for (var i = 0; i < word.Length; i++)
        {
            tokens[i] = pairs.ByteTokens[word[i]];
        }

        for (var i = 0; i < word.Length; i++)
        {
            ranks[i] = RankAt(tokens, i);
        }
    }

    private void Merge(Span<int> tokens, Span<int> ranks, int at)
    {
        pairs.Merges.TryFind(tokens[at], tokens[at + 1], out _, out tokens[at]);
        tokens[(at + 2)..].CopyTo(tokens[(at + 1)..]);
        ranks[(at + 2)..].CopyTo(ranks[(at + 1)..]);
        ranks[at] = RankAt(tokens[..^1], at);
        if (at > 0)
        {
            ranks[at - 1] = RankAt(tokens, at - 1);
        }
    }

    private int RankAt(ReadOnlySpan<int> tokens, int at) =>
        at + 1 < tokens.Length && pairs.Merges.TryFind(tokens[at], tokens[at + 1], out var rank, out _)
            ? rank
            : NoMerge;

    private static int Lowest(ReadOnlySpan<int> ranks)
    {
        var (best, at) = (NoMerge, -1);
        for (var i = 0; i < ranks.Length; i++)
        {
            if (ranks[i] < best)
            {
                (best, at) = (ranks[i], i);
            }
        }

        return at;
    }
}
