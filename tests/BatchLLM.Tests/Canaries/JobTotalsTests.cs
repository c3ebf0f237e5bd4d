using BatchLLM.Canaries;
using BatchLLM.Inference;
using BatchLLM.Preflight;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Canaries;

public sealed class JobTotalsTests
{
    private const int Jobs = 400;

    [Theory]
    [InlineData(10, 1, 0.78)]
    [InlineData(50, 1, 0.85)]
    [InlineData(50, 3, 0.85)]
    [InlineData(200, 20, 0.85)]
    public void About_ninety_five_of_a_hundred_ranges_hold_the_true_total_as_rows_are_drawn(int sample, int files, double fewest)
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);

        var held = Enumerable.Range(0, Jobs).Count(_ => Holds(random, sample, files));

        // Less what chance does in so many jobs, and what a small sample does not see of a long tail.
        TestContext.Current.TestOutputHelper.WriteLine($"{held} of {Jobs}");
        Assert.InRange(held, fewest * Jobs, Jobs);
    }

    [Fact]
    public void Rows_that_differ_by_their_prompts_length_only_leave_a_narrower_range_than_rows_that_differ_at_random()
    {
        var sorted = Enumerable.Range(1, 100).Select(length => Row("a", length, completion: length)).ToList();
        var shuffled = sorted.Select((row, index) => row with { CompletionTokens = 1 + (index * 37 % 100) }).ToList();

        Assert.True(Width(sorted) < Width(shuffled) / 10, $"{Width(sorted)} {Width(shuffled)}");
    }

    [Fact]
    public void A_sample_of_all_rows_leaves_nothing_unknown()
    {
        var rows = Enumerable.Range(1, 20).Select(index => Row("a", index, completion: index * index)).ToList();

        var total = Of(rows, ("a", 20))!;

        Assert.Equal(new Interval(2870, 2870, 2870), total);
    }

    [Fact]
    public void Large_files_weigh_more_and_files_of_which_none_ran_are_like_the_others()
    {
        var rows = new[] { Row("small", 1, 10), Row("small", 1, 10), Row("large", 1, 20), Row("large", 1, 20) };

        Assert.Equal(10 * 100 + 20 * 300, Of(rows, ("small", 100), ("large", 300))!.Likely, 0.001);
        Assert.Equal(1.5 * ((10 * 100) + (20 * 300)), Of(rows, ("small", 100), ("large", 300), ("unseen", 200))!.Likely, 0.001);
    }

    [Fact]
    public void One_row_says_nothing_of_how_much_rows_differ_and_one_of_each_file_says_it_of_all()
    {
        Assert.Null(Of([Row("a", 5, 5)], ("a", 100)));
        var two = Of([Row("a", 5, 5), Row("b", 5, 15)], ("a", 100), ("b", 100))!;

        Assert.Equal(2000, two.Likely, 0.001);
        Assert.True(two.Low < 1500 && two.High > 2500, two.ToString());
    }

    [Fact]
    public void No_total_is_below_what_ran_already()
    {
        var rows = new[] { Row("a", 1, 0), Row("a", 2, 1000), Row("a", 3, 0) };

        Assert.Equal(1000, Of(rows, ("a", 4))!.Low);
    }

    /// <summary>A job of completions that are longer with the prompt and vary by chance, skewed, drawn as canaries are.</summary>
    private static bool Holds(Random random, int sample, int files)
    {
        var job = Enumerable.Range(0, 4000).Select(index =>
        {
            var prompt = random.Next(10, 500);
            return Row($"{index % files}", prompt, (int)(prompt / 4 * (0.5 + random.NextDouble()) * -Math.Log(1 - (random.NextDouble() * 0.95))));
        }).ToList();
        var sizes = job.CountBy(row => row.Location.File).ToDictionary(file => file.Key, file => (long)file.Value);
        var drawn = CanarySample.Draw(
            job.ConvertAll(row => (int.Parse(row.Location.File, null), row.PromptTokens)), sizes.ToDictionary(file => int.Parse(file.Key, null), file => file.Value),
            sample, (ulong)random.NextInt64());
        var range = new JobTotals([.. drawn.Select(index => job[index])], sizes).Of(row => row.CompletionTokens)!;
        double truth = job.Sum(row => row.CompletionTokens);
        return range.Low <= truth && truth <= range.High;
    }

    private static double Width(List<CompletedRow> rows)
    {
        var range = Of(rows, ("a", 10_000))!;
        return range.High - range.Low;
    }

    private static Interval? Of(IReadOnlyList<CompletedRow> rows, params (string File, long Rows)[] files) =>
        new JobTotals(rows, files.ToDictionary(file => file.File, file => file.Rows)).Of(row => row.CompletionTokens);

    private static CompletedRow Row(string file, int prompt, int completion) =>
        new(new RowLocation(file, 1, 1), [], "text", FinishReason.Stop, prompt, completion, null, null);
}
