using BatchLLM.Preflight;
using Xunit;

namespace BatchLLM.Tests.Preflight;

public sealed class CompletionLengthsTests
{
    [Fact]
    public void Of_all_rows_finished_nothing_is_unknown() => Assert.Equal(
        new Interval(4, 4, 4),
        CompletionLengths.Mean([Whole(2), Whole(4), Whole(6)], rows: 3, new SeededBits(1)).Round(9));

    /// <summary>The product-limit estimate by hand: 1 of 4 ends at 2; of the 2 left after one dropped out at 3, one ends at 5.</summary>
    [Fact]
    public void An_unfinished_row_counts_until_it_was_cut_off()
    {
        var mean = CompletionLengths.Mean(
            [Whole(2), Unfinished(3), Whole(5), Whole(9)], rows: 1000, new SeededBits(1));

        Assert.Equal(2 + (0.75 * 3) + (0.375 * 4), mean.Likely, 12);
    }

    [Fact]
    public void Where_none_finished_the_range_goes_up_to_max_tokens()
    {
        var mean = CompletionLengths.Mean([Unfinished(7), Unfinished(7)], rows: 1000, new SeededBits(1));

        Assert.Equal((7, 100), (mean.Low, mean.High));
    }

    [Fact]
    public void Ranges_hold_the_mean_of_all_rows_nearly_always()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var hits = 0;
        const int Rounds = 60;
        for (var round = 0; round < Rounds; round++)
        {
            // Lengths fall off exponentially; rows begun late are cut off, whatever their length.
            var all = Enumerable.Range(0, 5000).Select(_ => Math.Min(100, 1 + (int)(-20 * Math.Log(1 - random.NextDouble())))).ToArray();
            var sample = Enumerable.Range(0, 200).Select(row => CutOff(all[row], 10 + random.Next(150))).ToArray();

            var mean = CompletionLengths.Mean(sample, all.Length, new SeededBits((ulong)round));

            hits += mean.Low <= all.Average() && all.Average() <= mean.High ? 1 : 0;
        }

        // 95 of 100 are promised; fewer than 48 of 60 would then come once in many thousand runs.
        Assert.True(hits >= 48, $"seed {seed}: {hits} of {Rounds} ranges hold the truth");
    }

    private static CompletionLength CutOff(int tokens, int limit) =>
        tokens <= limit ? Whole(tokens) : Unfinished(limit);

    private static CompletionLength Whole(int tokens) => new(tokens, IsWhole: true, MaxTokens: 100);

    private static CompletionLength Unfinished(int tokens) => new(tokens, IsWhole: false, MaxTokens: 100);
}
