using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.Tests.Planning;

public sealed class PrefixPlanTests
{
    [Fact]
    public void No_grouping_saves_more()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 400; round++)
        {
            var prompts = RandomPrompts(random, random.Next(1, 8), random.Next(1, 10));
            var blockTokens = random.Next(1, 4);
            var best = Partitions(prompts.Length).Max(groups => groups.Sum(rows => Saved(prompts, rows, blockTokens)));

            var plan = PrefixPlan.Of(prompts, blockTokens);

            Assert.True(best == plan.SavedTokens, $"seed {seed}, round {round}: {plan.SavedTokens} saved, {best} can be");
        }
    }

    [Fact]
    public void Every_row_is_planned_once_and_what_is_saved_equals_a_recount()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var prompts = RandomPrompts(random, random.Next(1, 60), 40);
            var blockTokens = random.Next(1, 9);

            var plan = PrefixPlan.Of(prompts, blockTokens);

            var context = $"seed {seed}, round {round}";
            int[] rows = [.. plan.Groups.SelectMany(group => group.Rows), .. plan.UngroupedRows];
            Assert.True(rows.Order().SequenceEqual(Enumerable.Range(0, prompts.Length)), context);
            Assert.All(plan.Groups, group => AssertGroup(prompts, group, blockTokens, context));
            Assert.True(plan.SavedTokens == plan.Groups.Sum(group => group.SavedTokens), context);
        }
    }

    [Fact]
    public void The_order_of_the_rows_changes_nothing_that_is_saved_and_the_same_rows_give_the_same_plan()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 100; round++)
        {
            var prompts = RandomPrompts(random, random.Next(1, 60), 40);
            var (plan, again) = (PrefixPlan.Of(prompts, 4), PrefixPlan.Of(prompts, 4));
            random.Shuffle(prompts);

            Assert.True(Describe(plan) == Describe(again), $"seed {seed}, round {round}");
            Assert.True(plan.SavedTokens == PrefixPlan.Of(prompts, 4).SavedTokens, $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void A_nested_prefix_takes_its_rows_only_where_it_saves_more_than_it_costs()
    {
        // All begin with 4 tokens; rows 2 to 4 go on with 4 more that are the same.
        int[][] prompts =
        [
            [1, 1, 1, 1, 2, 9], [1, 1, 1, 1, 3, 9], [1, 1, 1, 1, 5, 5, 5, 5, 7],
            [1, 1, 1, 1, 5, 5, 5, 5, 8], [1, 1, 1, 1, 5, 5, 5, 5, 9],
        ];

        Assert.Equal("4:0,1 8:2,3,4 saves 20", Describe(PrefixPlan.Of(prompts, 4)));
        Assert.Equal("4:0,1,2,3 saves 12", Describe(PrefixPlan.Of(prompts[..4], 4)));
    }

    [Fact]
    public void The_last_position_of_a_prompt_is_never_shared() =>
        Assert.Equal("4:0,1 saves 4", Describe(PrefixPlan.Of([[1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 8]], 4)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Rows_that_share_no_block_are_in_no_group(int rows)
    {
        var prompts = Enumerable.Range(0, rows * 9).Select(row => new[] { 1, 1, 1, row, row }).ToArray();

        var plan = PrefixPlan.Of(prompts, 4);

        Assert.Empty(plan.Groups);
        Assert.Equal(Enumerable.Range(0, prompts.Length), plan.UngroupedRows);
    }

    [Fact]
    public void Prompts_that_each_extend_the_last_are_planned_in_memory_linear_in_their_tokens()
    {
        // 4 million tokens in 2,000 nodes, one below the other. A table of every length for every node would be 32 MB.
        int[] longest = [.. Enumerable.Range(0, 4_000)];
        int[][] prompts = [.. Enumerable.Range(1, 2_000).Select(length => longest[..(2 * length)])];
        var before = GC.GetAllocatedBytesForCurrentThread();

        var plan = PrefixPlan.Of(prompts, 2);

        Assert.Equal(plan.Groups.Sum(group => group.SavedTokens), plan.SavedTokens);
        Assert.InRange(plan.SavedTokens, 2_000_000, 4_000_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 24 << 20);
    }

    private static void AssertGroup(int[][] prompts, PrefixGroup group, int blockTokens, string context)
    {
        var prefix = prompts[group.Rows[0]].AsSpan(0, group.Length).ToArray();
        Assert.True(group.Rows.Length > 1 && group.Length > 0 && group.Length % blockTokens == 0, context);
        Assert.All(group.Rows, row => Assert.True(prompts[row].Length > group.Length, context));
        Assert.All(group.Rows, row => Assert.True(prompts[row].AsSpan(0, group.Length).SequenceEqual(prefix), context));
    }

    private static string Describe(PrefixPlan plan) => string.Join(
        ' ', [.. plan.Groups.Select(group => $"{group.Length}:{string.Join(',', group.Rows)}"), $"saves {plan.SavedTokens}"]);

    private static long Saved(int[][] prompts, List<int> rows, int blockTokens)
    {
        var shared = rows.Min(row => Math.Min(
            prompts[row].Length - 1, prompts[row].AsSpan().CommonPrefixLength(prompts[rows[0]])));
        return (rows.Count - 1L) * (shared / blockTokens * blockTokens);
    }

    // All ways to divide the rows; a group that shares nothing saves nothing.
    private static IEnumerable<List<List<int>>> Partitions(int rows)
    {
        if (rows == 0)
        {
            yield return [];
            yield break;
        }

        foreach (var groups in Partitions(rows - 1))
        {
            yield return [.. groups, [rows - 1]];
            for (var index = 0; index < groups.Count; index++)
            {
                yield return [.. groups[..index], [.. groups[index], rows - 1], .. groups[(index + 1)..]];
            }
        }
    }

    // Few different tokens and cut copies of each other, so that prompts share at every length.
    private static int[][] RandomPrompts(Random random, int count, int mostAdded)
    {
        var prompts = new List<int[]>();
        while (prompts.Count < count)
        {
            var stem = prompts.Count > 0 && random.Next(4) > 0 ? prompts[random.Next(prompts.Count)] : [];
            var kept = stem[..random.Next(stem.Length + 1)];
            prompts.Add([.. kept, .. Enumerable.Range(0, random.Next(1, mostAdded + 1)).Select(_ => random.Next(2))]);
        }

        return [.. prompts];
    }
}
