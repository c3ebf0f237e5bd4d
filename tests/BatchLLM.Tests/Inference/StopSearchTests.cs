using BatchLLM.Inference;
using BatchLLM.Tokens;
using Xunit;

namespace BatchLLM.Tests.Inference;

public sealed class StopSearchTests
{
    [Theory]
    [InlineData("abc")]
    [InlineData("a|bc")]
    [InlineData("ab|c")]
    [InlineData("a|b|c")]
    public void The_stop_string_that_ends_first_counts_wherever_tokens_are_cut(string tokens) =>
        Assert.Equal("a", Search(tokens, "abc", "b"));

    [Theory]
    [InlineData("xxEND")]
    [InlineData("xxE|ND")]
    public void Of_two_that_end_together_the_longest_counts(string tokens) =>
        Assert.Equal("xx", Search(tokens, "D", "END"));

    [Fact]
    public void A_stop_string_may_begin_many_tokens_back() => Assert.Equal("x", Search("x|a|b|a|b|c", "ababc"));

    [Fact]
    public void A_stop_string_that_never_completes_is_not_found() => Assert.Null(Search("ab|a|b", "abc"));

    [Fact]
    public void The_search_is_by_code_unit_not_by_culture() => Assert.Null(Search("strasse", "straße"));

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void The_cut_is_the_first_end_of_any_stop_string(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 2000; round++)
        {
            string[] parts = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => Text(random, 1, 5))];
            string[] stops = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Text(random, 1, 6))];

            Assert.Equal(Reference(string.Concat(parts), stops), Search(string.Join('|', parts), stops));
        }
    }

    private static string? Reference(string text, string[] stops)
    {
        for (var end = 1; end <= text.Length; end++)
        {
            var completed = stops.Where(stop => text[..end].EndsWith(stop, StringComparison.Ordinal)).ToArray();
            if (completed.Length > 0)
            {
                return text[..(end - completed.Max(stop => stop.Length))];
            }
        }

        return null;
    }

    private static string Text(Random random, int least, int most) =>
        string.Concat(Enumerable.Range(0, random.Next(least, most)).Select(_ => (char)('a' + random.Next(3))));

    // Tokens are the parts between bars.
    private static string? Search(string tokens, params string[] stops)
    {
        var parts = tokens.Split('|');
        var search = new StopSearch(new IncrementalDecoder(new ByteTokenizer(parts)), stops);
        return Enumerable.Range(256, parts.Length).Select(search.Append).FirstOrDefault(text => text is not null);
    }
}
