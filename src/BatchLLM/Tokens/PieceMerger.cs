namespace BatchLLM.Tokens;

/// <summary>
/// Byte-pair encoding over characters: the lowest-ranked merge first, the leftmost of equal ones. Holds working memory,
/// so one instance serves one thread at a time.
/// </summary>
internal sealed class PieceMerger(CharacterTokens characters, MergeTable merges)
{
    // Scanning the ranks of a short part beats any queue; beyond this its n² would start to show.
    private const int LongestScanned = 48;
    private const int NoMerge = int.MaxValue;

    private readonly int[] _ranks = new int[LongestScanned]; // rank of the merge of tokens i and i + 1
    private int[] _tokens = new int[LongestScanned];
    private LongWordMerger? _long;

    /// <summary>Appends the tokens of a text.</summary>
    /// <param name="utf8">Valid UTF-8.</param>
    /// <param name="output">Grows by the tokens.</param>
    public void Encode(ReadOnlySpan<byte> utf8, List<int> output)
    {
        if (_tokens.Length < utf8.Length)
        {
            _tokens = new int[Math.Max(utf8.Length, 2 * _tokens.Length)];
        }

        var tokens = _tokens.AsSpan(0, characters.Spell(utf8, _tokens));
        if (tokens.Length > LongestScanned)
        {
            (_long ??= new LongWordMerger(merges)).Encode(tokens, output);
        }
        else
        {
            output.AddRange(Scan(tokens));
        }
    }

    private Span<int> Scan(Span<int> tokens)
    {
        var ranks = _ranks.AsSpan(0, tokens.Length);
        for (var i = 0; i < ranks.Length; i++)
        {
            ranks[i] = RankAt(tokens, i);
        }

        for (var at = Lowest(ranks); at >= 0; at = Lowest(ranks))
        {
            Merge(tokens, ranks, at);
            tokens = tokens[..^1];
            ranks = ranks[..^1];
        }

        return tokens;
    }

    private void Merge(Span<int> tokens, Span<int> ranks, int at)
    {
        merges.TryFind(tokens[at], tokens[at + 1], out _, out tokens[at]);
        tokens[(at + 2)..].CopyTo(tokens[(at + 1)..]);
        ranks[(at + 2)..].CopyTo(ranks[(at + 1)..]);
        ranks[at] = RankAt(tokens[..^1], at);
        if (at > 0)
        {
            ranks[at - 1] = RankAt(tokens[..^1], at - 1);
        }
    }

    private int RankAt(ReadOnlySpan<int> tokens, int at) =>
        at + 1 < tokens.Length && merges.TryFind(tokens[at], tokens[at + 1], out var rank, out _) ? rank : NoMerge;

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
