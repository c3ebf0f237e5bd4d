namespace BatchLLM.Planning;

/// <summary>How many prompt tokens of a window stand at the front of another row's prompt too: what sharing can save at most.</summary>
/// <param name="Tokens">
/// Positions of a row that an earlier row has, summed; rows in lexicographic order, so that each is compared with the one
/// that it shares most with. A prompt's last position never counts: its logits choose the first token.
/// </param>
/// <param name="BlockTokens">The part of them that fills whole KV blocks.</param>
/// <param name="Common">Tokens that all prompts begin with.</param>
public readonly record struct PrefixSharing(long Tokens, long BlockTokens, int Common)
{
    /// <summary>Counts a window's shared positions. Sorts the prompts.</summary>
    /// <param name="prompts">The prompts' tokens; reordered.</param>
    /// <param name="blockTokens">Positions per KV block.</param>
    public static PrefixSharing Count(Span<int[]> prompts, int blockTokens)
    {
        if (prompts.IsEmpty)
        {
            return default;
        }

        prompts.Sort(Compare);
        var (tokens, blocks) = (0L, 0L);
        for (var index = 1; index < prompts.Length; index++)
        {
            var common = prompts[index - 1].AsSpan().CommonPrefixLength(prompts[index]);
            var shared = Math.Min(common, Math.Max(0, prompts[index].Length - 1));
            tokens += shared;
            blocks += shared / blockTokens * blockTokens;
        }

        // What the first and the last in order share, all between them share.
        return new PrefixSharing(tokens, blocks, prompts[0].AsSpan().CommonPrefixLength(prompts[^1]));
    }

    // SequenceCompareTo looks at one int after the other; the common prefix, often a long one, is found by vectors.
    private static int Compare(int[] left, int[] right)
    {
        var common = left.AsSpan().CommonPrefixLength(right);
        return common == left.Length || common == right.Length
            ? left.Length.CompareTo(right.Length)
            : left[common].CompareTo(right[common]);
    }
}
