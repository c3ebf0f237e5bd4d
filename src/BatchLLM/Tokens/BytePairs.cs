namespace BatchLLM.Tokens;

/// <summary>What byte-pair encoding over bytes needs to know: the token of each byte, and the merges.</summary>
/// <param name="ByteTokens">[256] byte to token id.</param>
/// <param name="Merges">The merges by pair.</param>
internal sealed record BytePairs(int[] ByteTokens, MergeTable Merges)
{
    /// <summary>Writes the tokens of a word's bytes; returns how many.</summary>
    public int Spell(ReadOnlySpan<byte> word, Span<int> tokens)
    {
        for (var i = 0; i < word.Length; i++)
        {
            tokens[i] = ByteTokens[word[i]];
        }

        return word.Length;
    }
}
