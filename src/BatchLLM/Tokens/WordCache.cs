using System.Runtime.CompilerServices;

namespace BatchLLM.Tokens;

/// <summary>
/// Tokens of the words that came last: one place per hash, the last word to come keeps it. Of natural text, a few thousand
/// different words are nearly all; one look-up here does for those that are a token by themselves and those that are merged,
/// and for any number of tokens, where no branch can be foretold.
/// </summary>
/// <remarks>1 MiB a thread, of which natural text keeps a fraction in the processor's caches.</remarks>
internal sealed class WordCache
{
    private readonly CachedWord[] _places = new CachedWord[1 << 14]; // [power of two]

    /// <summary>Where a word is, if it is here, or is to be put.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref CachedWord PlaceOf(WordKey word, int length)
    {
        var places = _places;
        return ref places[(int)(word.Hash(length) >> 40) & (places.Length - 1)];
    }
}
