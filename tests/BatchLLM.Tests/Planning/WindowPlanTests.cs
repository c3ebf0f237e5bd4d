using BatchLLM.Inference;
using BatchLLM.Planning;
using BatchLLM.Tests.Inference;
using Xunit;

namespace BatchLLM.Tests.Planning;

public sealed class WindowPlanTests
{
    [Fact]
    public void Every_row_starts_once_or_is_a_copy_of_one_that_does()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var window = TestWindow.Sharing(random, random.Next(1, 150));
            var plan = WindowPlan.Of(window, TestWindow.Ample, random.Next(3) == 0 ? null : Lengths(random));
            var learnt = random.Next(window.Length);

            var started = new List<int>();
            while (plan.Next() is { } sequence)
            {
                started.AddRange([sequence.Request.Index, .. plan.CopiesOf(sequence.Request.Index).Select(copy => copy.Index)]);
                if (started.Count == learnt)
                {
                    plan.Reorder(Lengths(random));
                }
            }

            Assert.True(started.Order().SequenceEqual(Enumerable.Range(0, window.Length)), $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void Once_a_group_has_begun_its_rows_follow_each_other()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var window = TestWindow.Sharing(random, random.Next(1, 150));
            var plan = WindowPlan.Of(window, TestWindow.Ample, random.Next(2) == 0 ? null : Known());

            var prefixes = new List<SharedPrefix?>();
            while (plan.Next() is { } sequence)
            {
                Assert.True(sequence.SharedPrefix is null || sequence.PromptCount > sequence.SharedPrefix.Length);
                prefixes.Add(sequence.SharedPrefix);
            }

            var changes = prefixes.Where((prefix, index) => prefix is not null && (index == 0 || prefixes[index - 1] != prefix)).ToList();
            Assert.True(changes.Count == changes.Distinct().Count(), $"seed {seed}, round {round}");
            Assert.All(changes, prefix => Assert.Equal(prefix!.MemberCount, prefixes.Count(other => other == prefix)));
        }
    }

    [Fact]
    public void Without_lengths_rows_start_in_the_order_of_the_window()
    {
        var window = Enumerable.Range(0, 50).Select(index => TestWindow.Request(index, 3, 1 + (index * 7 % 20))).ToArray();

        Assert.Equal(Enumerable.Range(0, 50), Starts(WindowPlan.Of(window, TestWindow.Ample, lengths: null)).Select(s => s.Request.Index));
    }

    [Fact]
    public void While_nothing_is_known_one_row_in_a_hundred_starts_first_evenly_from_all()
    {
        var window = Enumerable.Range(0, 3000).Select(index => TestWindow.Request(index, 3, 1 + (index % 20)) with
        {
            PromptTokens = [index % 256, index / 256, 0],
        }).ToArray();

        var plan = WindowPlan.Of(window, TestWindow.Ample, new OutputLengths());

        Assert.Equal(30, plan.SampleCount);
        Assert.Equal(Enumerable.Range(0, 30).Select(part => (part * 100) + 50), Starts(plan).Take(30).Select(s => s.Request.Index));
    }

    [Fact]
    public void The_sample_begins_no_more_groups_than_a_quarter_of_the_cache_holds_and_goes_on_with_those()
    {
        // 100 groups of 12 rows that share 40 tokens, which is 10 of 100 blocks.
        var window = Enumerable.Range(0, 1200).Select(index => TestWindow.Request(index, 0, 5) with
        {
            PromptTokens = [.. Enumerable.Repeat(index / 12, 40), index % 12, 1],
        }).ToArray();

        var plan = WindowPlan.Of(window, TestWindow.Ample with { KvBlockCount = 100 }, new OutputLengths());
        var starts = Starts(plan).Select(sequence => sequence.SharedPrefix!).ToList();

        Assert.Equal(16, plan.SampleCount);
        Assert.Equal(2, starts.Take(16).Distinct().Count());
        Assert.Equal(starts.Take(16).Distinct(), starts.Take(24).Distinct());
        Assert.DoesNotContain(starts[0], starts.Skip(24));
    }

    [Fact]
    public void Only_what_is_certain_to_be_the_same_is_a_copy()
    {
        var row = TestWindow.Request(0, 9, 5, "x");
        var drawn = row.Sampling with { Temperature = 0.5 };
        InferenceRequest[] window =
        [
            row,
            row with { Index = 1, RowKey = 7, Sampling = row.Sampling with { Seed = 3, Stop = ["x"] }, PromptTokens = [.. row.PromptTokens] },
            row with { Index = 2, Sampling = row.Sampling with { MaxTokens = 6 } },
            row with { Index = 3, Sampling = row.Sampling with { Stop = ["y"] } },
            row with { Index = 4, Sampling = row.Sampling with { PresencePenalty = 1 } },
            row with { Index = 5, ContinuesText = true },
            row with { Index = 6, PromptTokens = [.. row.PromptTokens[..8], 255] },
            row with { Index = 7, Sampling = drawn },
            row with { Index = 8, Sampling = drawn },
            row with { Index = 9 },
        ];

        var plan = WindowPlan.Of(window, TestWindow.Ample, lengths: null);

        Assert.Equal([0, 2, 3, 4, 5, 6, 7, 8], plan.Distinct.Select(first => first.Index));
        Assert.Equal([1, 9], plan.CopiesOf(0).Select(copy => copy.Index));
        Assert.Empty(plan.CopiesOf(7));
    }

    private static List<Sequence> Starts(WindowPlan plan)
    {
        var starts = new List<Sequence>();
        while (plan.Next() is { } sequence)
        {
            starts.Add(sequence);
        }

        return starts;
    }

    private static OutputLengths Lengths(Random random) => random.Next(2) == 0 ? new OutputLengths() : Known();

    private static OutputLengths Known()
    {
        var lengths = new OutputLengths();
        lengths.Add(10, 9, 4, isCut: false);
        lengths.Add(20, 24, 20, isCut: false);
        return lengths;
    }
}
