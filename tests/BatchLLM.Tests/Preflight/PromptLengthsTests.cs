using BatchLLM.Preflight;
using Xunit;

namespace BatchLLM.Tests.Preflight;

public sealed class PromptLengthsTests
{
    [Fact]
    public void Percentiles_are_those_of_the_sorted_lengths()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var all = Enumerable.Range(0, 999).Select(_ => (int)Math.Pow(random.NextDouble() * 50, 2)).Order().ToArray();
        var lengths = Of(all);

        foreach (var share in new[] { 0, 0.1, 0.5, 0.9, 0.99, 1 })
        {
            var rank = Math.Max(1, (int)Math.Ceiling(share * all.Length));
            Assert.True(all[rank - 1] == lengths.Percentile(share), $"seed {seed}, share {share}");
        }
    }

    [Fact]
    public void Buckets_hold_every_prompt_once_and_have_no_gaps()
    {
        var buckets = Of([40, 33, 32, 17, 128, 129, 5000]).Buckets();

        Assert.Equal([(17, 32, 2L), (33, 64, 2), (65, 128, 1), (129, 256, 1)], buckets.Take(4).Select(b => (b.From, b.To, b.Rows)));
        Assert.Equal((4097, 8192, 1L), (buckets[^1].From, buckets[^1].To, buckets[^1].Rows));
        Assert.Equal(7, buckets.Sum(bucket => bucket.Rows));
        Assert.All(buckets.Zip(buckets.Skip(1)), pair => Assert.Equal(pair.First.To + 1, pair.Second.From));
    }

    [Fact]
    public void Without_prompts_there_is_no_length()
    {
        Assert.Equal(0, new PromptLengths().Percentile(0.5));
        Assert.Empty(new PromptLengths().Buckets());
    }

    private static PromptLengths Of(int[] all)
    {
        var lengths = new PromptLengths();
        foreach (var tokens in all)
        {
            lengths.Add(tokens);
        }

        return lengths;
    }
}
