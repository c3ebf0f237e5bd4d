namespace BatchLLM.Tokens;

/// <summary>
/// Tokens of words that were merged before: one place per hash, the last word to come keeps it. Of natural text, a few
/// thousand different words are most of those that are not a token by themselves.
/// </summary>
internal sealed class WordCache
{
    private const int Places = 1 << 14;
    private const int MostTokens = 6;

    private readonly WordKey[] _words = new WordKey[Places];
    private readonly byte[] _lengths = new byte[Places]; // of the word; 0 where no word is
    private readonly byte[] _counts = new byte[Places]; // of its tokens
    private readonly int[] _tokens = new int[Places * MostTokens]; // [places, tokens]

    /// <summary>The tokens of a word; empty if it is not here.</summary>
    public ReadOnlySpan<int> Find(WordKey word, int length)
    {
        var place = PlaceOf(word, length);
        return _lengths[place] == length && _words[place] == word
            ? _tokens.AsSpan(place * MostTokens, _counts[place])
            : [];
    }

    /// <summary>Keeps the tokens of a word, unless they are many.</summary>
    public void Add(WordKey word, int length, ReadOnlySpan<int> tokens)
    {
        if (tokens.Length > MostTokens)
        {
            return;
        }

        var place = PlaceOf(word, length);
        (_words[place], _lengths[place], _counts[place]) = (word, (byte)length, (byte)tokens.Length);
        tokens.CopyTo(_tokens.AsSpan(place * MostTokens));
    }

    private static int PlaceOf(WordKey word, int length) => (int)(word.Hash(length) >> 40) & (Places - 1);
}
