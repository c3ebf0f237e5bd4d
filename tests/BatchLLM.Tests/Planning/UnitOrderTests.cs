using BatchLLM.Inference;
using BatchLLM.Planning;
using BatchLLM.Tests.Inference;
using Xunit;

namespace BatchLLM.Tests.Planning;

public sealed class UnitOrderTests
{
    private static readonly RunnerLimits Limits = new(100_000, 256, 10, 64, 16, 100_000);

    [Fact]
    public void Rows_of_one_length_stay_in_their_order()
    {
        var units = Enumerable.Range(0, 40).Select(index => index % 4 == 0 ? Single(index, 500 - index, 20) : Single(index, 30, 20));

        Assert.Equal(Enumerable.Range(0, 40), Order(units));
    }

    [Fact]
    public void A_row_that_would_run_on_alone_is_pulled_forward_no_further_than_it_has_to()
    {
        // 50 rows of 2 steps each, then one that would start at step 100 of 107, and has to start by step 47 to end in time.
        var units = Enumerable.Range(0, 50).Select(index => Single(index, 10, 10)).Append(Single(50, 10, 60));

        Assert.Equal([.. Enumerable.Range(0, 24), 50, .. Enumerable.Range(24, 26)], Order(units));
    }

    [Fact]
    public void A_group_comes_as_early_as_its_longest_row_has_to_and_begins_with_that()
    {
        var group = new PlanUnit(new SharedPrefix(16, 3), new[] { Row(30, 20, 5), Row(31, 20, 400), Row(32, 20, 5) });
        var order = Order([.. Enumerable.Range(0, 30).Select(index => Single(index, 5, 5)), group]);

        Assert.Equal([31, 30, 32], order.Where(row => row >= 30));
        Assert.Equal(31, order[0]);
    }

    // A row that waits for those pulled forward ends no later than the last of them would have, but for the steps of that
    // one's prompt, which are then behind both.
    [Fact]
    public void The_last_end_is_never_later_than_in_the_order_of_the_window_by_more_than_a_prompt()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 2_000; round++)
        {
            var rows = RandomRows(random);

            var found = LatestEnd(Order(rows.Select(row => new PlanUnit(null, new[] { row }))).Select(index => rows[index]));

            var most = LatestEnd(rows) + ((double)rows.Max(row => row.PromptTokens.Length) / Limits.StepTokenBudget);
            Assert.True(found <= most + 1e-9, $"seed {seed}, round {round}: {found}, expected at most {most}");
        }
    }

    [Fact]
    public void The_longest_comes_first_though_another_then_ends_later_by_a_part_of_its_prompt()
    {
        // As they stand, the last ends after 5.1 + 51 steps; in this order after 7 + 50.
        InferenceRequest[] rows = [Row(0, 1, 50), Row(1, 19, 51)];

        Assert.Equal([1, 0], Order(rows.Select(row => new PlanUnit(null, new[] { row }))));
    }

    [Fact]
    public void Every_row_is_ordered_once()
    {
        var random = new Random(1);
        var units = Enumerable.Range(0, 500).Select(index => Single(index, random.Next(1, 900), random.Next(1, 900)));

        Assert.Equal(Enumerable.Range(0, 500), Order(units).Order());
    }

    private static InferenceRequest[] RandomRows(Random random) =>
        [.. Enumerable.Range(0, random.Next(1, 60)).Select(i => Row(i, random.Next(1, 20), random.Next(1, 200)))];

    // Rows start when all work before them is done, and then need a step for each token they generate.
    private static double LatestEnd(IEnumerable<InferenceRequest> rows)
    {
        var (before, latest) = (0.0, 0.0);
        foreach (var row in rows)
        {
            latest = Math.Max(latest, (before / Limits.StepTokenBudget) + row.Sampling.MaxTokens);
            before += row.PromptTokens.Length + row.Sampling.MaxTokens;
        }

        return latest;
    }

    private static int[] Order(IEnumerable<PlanUnit> units)
    {
        // Nothing is known, so that each row is expected to take its limit.
        var order = UnitOrder.Of([.. units], Limits, new OutputLengths());
        return [.. order.SelectMany(unit => unit.Rows.ToArray()).Select(row => row.Index)];
    }

    private static PlanUnit Single(int index, int prompt, int output) => new(null, new[] { Row(index, prompt, output) });

    private static InferenceRequest Row(int index, int prompt, int output) => TestWindow.Request(index, prompt, output);
}
