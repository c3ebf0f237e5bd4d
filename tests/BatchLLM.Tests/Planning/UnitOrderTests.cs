using BatchLLM.Inference;
using BatchLLM.Planning;
using BatchLLM.Tests.Inference;
using Xunit;

namespace BatchLLM.Tests.Planning;

public sealed class UnitOrderTests
{
    // One token per step, so that the order of work is the order of time.
    private static readonly RunnerLimits Limits = new(100_000, 256, 1, 64, 16, 100_000);

    [Fact]
    public void Groups_with_many_decode_tokens_per_prompt_token_start_first()
    {
        // The last is short enough to be last for any of them.
        var order = Order([Single(0, 500, 20), Group(1, shared: 480, own: 20, rows: 4, outputs: 20), Single(9, 50, 20), Single(10, 4000, 1)]);

        Assert.Equal([9, 1, 2, 3, 4, 0, 10], order);
    }

    [Fact]
    public void In_a_group_long_rows_start_first_and_equal_ones_in_their_order()
    {
        var group = new PlanUnit(new SharedPrefix(16, 4), [Row(0, 20, 5), Row(1, 20, 9), Row(2, 20, 5), Row(3, 20, 9)]);

        Assert.Equal([1, 3, 0, 2], Order([group]));
    }

    [Fact]
    public void The_longest_row_does_not_start_last_however_long_its_prompt()
    {
        var units = Enumerable.Range(0, 50).Select(index => Single(index, 10, 10)).Append(Single(50, 5000, 300));

        Assert.InRange(Array.IndexOf(Order(units), 50), 0, 40);
    }

    [Fact]
    public void The_last_to_end_ends_no_later_than_in_any_other_order_that_was_tried()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var rows = Enumerable.Range(0, random.Next(1, 7)).Select(i => Row(i, random.Next(1, 20), random.Next(1, 60))).ToArray();
            var best = Permutations(rows).Min(LatestEnd);

            var order = Order(rows.Select(row => new PlanUnit(null, [row])));

            // A place is judged by what comes after it, which is only known to within the row's own work.
            var found = LatestEnd(order.Select(index => rows[index]));
            Assert.True(found <= best + rows.Max(Work), $"seed {seed}, round {round}: {found}, best {best}");
        }
    }

    [Fact]
    public void Every_row_is_ordered_once()
    {
        var random = new Random(1);
        var units = Enumerable.Range(0, 500).Select(index => Single(index, random.Next(1, 900), random.Next(1, 900)));

        Assert.Equal(Enumerable.Range(0, 500), Order(units).Order());
    }

    // Rows start when all work before them is done, and then need a step for each token they generate.
    private static int LatestEnd(IEnumerable<InferenceRequest> rows)
    {
        var (start, latest) = (0, 0);
        foreach (var row in rows)
        {
            latest = Math.Max(latest, start + row.Sampling.MaxTokens);
            start += Work(row);
        }

        return latest;
    }

    private static int Work(InferenceRequest row) => row.PromptTokens.Length + row.Sampling.MaxTokens;

    private static IEnumerable<InferenceRequest[]> Permutations(InferenceRequest[] rows) => rows.Length == 0
        ? [[]]
        : rows.SelectMany(first => Permutations([.. rows.Where(row => row != first)]).Select(rest => (InferenceRequest[])[first, .. rest]));

    private static int[] Order(IEnumerable<PlanUnit> units)
    {
        // Nothing is known, so that each row is expected to take its limit.
        var order = UnitOrder.Of(units, Limits, new OutputLengths());
        return [.. order.SelectMany(unit => unit.Rows.ToArray()).Select(row => row.Index)];
    }

    private static PlanUnit Single(int index, int prompt, int output) => new(null, [Row(index, prompt, output)]);

    private static PlanUnit Group(int first, int shared, int own, int rows, int outputs) => new(
        new SharedPrefix(shared, rows), [.. Enumerable.Range(first, rows).Select(index => Row(index, shared + own, outputs))]);

    private static InferenceRequest Row(int index, int prompt, int output) => TestWindow.Request(index, prompt, output);
}
