using System.Text.Json;
using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.Tests.Planning;

public sealed class OutputLengthsTests
{
    [Fact]
    public void Rows_that_are_alike_are_expected_as_long_as_the_product_limit_estimate_says()
    {
        // Lengths below 16 stand alone, so nothing is rounded.
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var lengths = new OutputLengths();
            var rows = Enumerable.Range(0, random.Next(1, 40)).Select(_ => (Tokens: random.Next(1, 16), IsCut: random.Next(3) == 0)).ToList();
            rows.Add((15, false));
            rows.ForEach(row => lengths.Add(100, 15, row.Tokens, row.IsCut));
            var generated = random.Next(0, 14);

            var mean = Math.Max(generated + 1, ProductLimitMean(rows, generated, limit: 15));

            var expected = lengths.Expect(100, 15, generated);

            Assert.True(Math.Abs(mean - expected) < 0.5001, $"seed {seed}, round {round}: {expected}, not {mean}");
        }
    }

    [Theory]
    [InlineData(35)]
    [InlineData(200)]
    [InlineData(3000)]
    public void Completions_of_one_length_are_expected_again(int tokens)
    {
        var lengths = new OutputLengths();
        for (var row = 0; row < 50; row++)
        {
            lengths.Add(100, 4000, tokens, isCut: false);
        }

        Assert.InRange(lengths.Expect(100, 4000), tokens * 0.93, tokens * 1.07);
        Assert.Equal(20, lengths.Expect(100, 20));
    }

    [Fact]
    public void Rows_that_were_all_cut_are_expected_to_be_cut()
    {
        var lengths = new OutputLengths();
        lengths.Add(100, 256, 256, isCut: true);

        Assert.Equal(256, lengths.Expect(100, 256));
        Assert.Equal(1000, lengths.Expect(100, 1000));
    }

    [Fact]
    public void Beyond_the_longest_seen_rows_end_as_often_as_they_have_so_far()
    {
        var lengths = new OutputLengths();
        for (var row = 0; row < 100; row++)
        {
            lengths.Add(100, 16, 16, isCut: row % 2 == 0);
        }

        // 50 ends in 1,600 tokens: half go on after 16, for 32 more on average.
        Assert.InRange(lengths.Expect(100, 16_000), 16 + (0.5 * 32) - 3, 16 + (0.5 * 32) + 3);
    }

    [Fact]
    public void Few_rows_of_a_kind_are_drawn_to_what_all_do_and_many_are_not()
    {
        var lengths = new OutputLengths();
        for (var row = 0; row < 1000; row++)
        {
            lengths.Add(100, 500, 200, isCut: false);
        }

        lengths.Add(5000, 500, 10, isCut: false);
        var few = lengths.Expect(5000, 500);
        for (var row = 0; row < 100; row++)
        {
            lengths.Add(5000, 500, 10, isCut: false);
        }

        Assert.InRange(few, 100, 199);
        Assert.InRange(lengths.Expect(5000, 500), 10, 40);
    }

    [Fact]
    public void One_row_in_twenty_gets_beyond_what_is_expected_at_most()
    {
        var lengths = new OutputLengths();
        for (var row = 1; row <= 1000; row++)
        {
            lengths.Add(100, 4000, row, isCut: false);
        }

        Assert.InRange(lengths.ExpectAtMost(100, 4000), 950, 1024);
        Assert.InRange(lengths.Expect(100, 4000), 480, 520);
        Assert.Equal(300, lengths.ExpectAtMost(100, 300));
        Assert.Equal(256, new OutputLengths().ExpectAtMost(100, 4000));
    }

    [Fact]
    public void While_nothing_is_known_a_row_is_expected_to_take_the_usual_limit_or_its_own()
    {
        var lengths = new OutputLengths();

        Assert.True(lengths.IsEmpty);
        Assert.Equal((10, 256, 301), (lengths.Expect(5, 10), lengths.Expect(5, 4000), lengths.Expect(5, 4000, 300)));
    }

    [Fact]
    public void More_is_expected_than_was_generated_and_never_more_than_the_limit()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var lengths = new OutputLengths();
        for (var round = 0; round < 2000; round++)
        {
            var limit = random.Next(1, 1 << random.Next(1, 21));
            var tokens = random.Next(1, limit + 1);
            lengths.Add(random.Next(1, 10_000), limit, tokens, isCut: tokens == limit);
            var generated = random.Next(0, limit);

            var expected = lengths.Expect(random.Next(1, 10_000), limit, generated);

            Assert.True(expected > generated && expected <= limit, $"seed {seed}, round {round}: {expected}");
        }
    }

    [Fact]
    public void What_was_kept_foretells_the_same()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var lengths = new OutputLengths();
        for (var row = 0; row < 500; row++)
        {
            lengths.Add(random.Next(1, 9000), random.Next(600, 2000), random.Next(1, 600), random.Next(4) == 0);
        }

        var text = JsonSerializer.Serialize(lengths.ToProfile());
        var again = OutputLengths.From(JsonSerializer.Deserialize<OutputLengthProfile>(text)!);

        for (var round = 0; round < 200; round++)
        {
            var (prompt, limit, generated) = (random.Next(1, 9000), random.Next(600, 3000), random.Next(0, 600));
            Assert.True(lengths.Expect(prompt, limit, generated) == again.Expect(prompt, limit, generated), $"seed {seed}");
        }
    }

    [Fact]
    public void Ranges_of_lengths_follow_each_other()
    {
        for (var length = 1; length < 1 << 17; length++)
        {
            var bin = LengthCounts.BinOf(length);
            Assert.True(LengthCounts.Shortest(bin) <= length && length < LengthCounts.Shortest(bin + 1), $"{length}");
        }

        Assert.Equal(LengthCounts.Bins - 1, LengthCounts.BinOf((1 << 21) - 1));
        Assert.Equal(LengthCounts.Bins - 1, LengthCounts.BinOf(int.MaxValue));
    }

    // Token by token: of those that get so far, the share that does not end there goes on.
    private static double ProductLimitMean(List<(int Tokens, bool IsCut)> rows, int generated, int limit)
    {
        var (mean, alive) = ((double)generated, 1.0);
        for (var length = generated + 1; length <= limit; length++)
        {
            mean += alive;
            double atRisk = rows.Count(row => row.Tokens >= length);
            alive *= 1 - (rows.Count(row => row.Tokens == length && !row.IsCut) / atRisk);
        }

        return mean;
    }
}
