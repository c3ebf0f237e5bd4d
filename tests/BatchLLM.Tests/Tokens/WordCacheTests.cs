using System.Text;
using BatchLLM.Tokens;
using Xunit;

namespace BatchLLM.Tests.Tokens;

public sealed class WordCacheTests
{
    private static readonly int Seed = Random.Shared.Next();

    /// <summary>More words than places, of all lengths, some with the byte that fills keys up.</summary>
    [Fact]
    public void A_word_is_found_with_its_own_tokens_or_not_at_all()
    {
        var random = new Random(Seed);
        var cache = new WordCache();
        var words = Enumerable.Range(0, 40_000).Select(_ => NextWord(random)).Distinct().ToArray();
        Array.ForEach(words, word => Assert.True(Set(cache, word)));

        var kept = words.Count(word => TokensOf(cache, word) is { } tokens && Matches(tokens, word));
        Assert.Equal(kept, words.Count(word => TokensOf(cache, word) is not null));
        Assert.True(kept > 10_000, $"seed {Seed}: {kept} words are kept");
    }

    [Fact]
    public void A_word_of_many_tokens_leaves_its_place_to_the_one_before()
    {
        var cache = new WordCache();
        Assert.True(Set(cache, "abc"));
        var key = WordKey.Of("abc"u8);

        Assert.False(cache.PlaceOf(key, 3).TrySet(key, 3, new int[CachedWord.MostTokens + 1]));
        Assert.Equal(TokensFor("abc"), TokensOf(cache, "abc"));
    }

    private static string NextWord(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, WordKey.LongestWord + 1)).Select(_ => "abcd\0"[random.Next(5)]));

    private static bool Matches(int[] tokens, string word) => tokens.SequenceEqual(TokensFor(word));

    // Different for different words, and of different lengths.
    private static int[] TokensFor(string word) =>
        [.. word.Chunk(2).Select(pair => pair.Aggregate(word.Length, (sum, letter) => (31 * sum) + letter))];

    private static bool Set(WordCache cache, string word)
    {
        var (key, length) = (WordKey.Of(Encoding.ASCII.GetBytes(word)), word.Length);
        return cache.PlaceOf(key, length).TrySet(key, length, TokensFor(word));
    }

    private static int[]? TokensOf(WordCache cache, string word)
    {
        var (key, length) = (WordKey.Of(Encoding.ASCII.GetBytes(word)), word.Length);
        var room = new int[CachedWord.MostTokens];
        ref var place = ref cache.PlaceOf(key, length);
        place.CopyTo(room);
        return place.IsOf(key, length) ? room[..place.Count] : null;
    }
}
