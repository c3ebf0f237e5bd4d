using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.Tests.Planning;

/// <summary>What holds in every step of every window, with caches down to the size of the largest row.</summary>
public sealed class SchedulerPropertyTests
{
    private const int Windows = 400;

    [Fact]
    public void Every_row_ends_once_and_no_block_is_lost()
    {
        var (preempted, letGo, shared) = (0L, 0L, 0L);
        ForEachWindow((window, context) =>
        {
            while (window.Scheduler.HasWork)
            {
                window.Plan();
                Assert.InRange(window.Step.TokenCount, 1, window.Limits.StepTokenBudget);
                Assert.InRange(window.Scheduler.LiveCount, 1, window.Limits.StepSequenceBudget);
                window.Scheduler.CheckIntegrity();
                window.Finish();
                window.Scheduler.CheckIntegrity();
            }

            Assert.Equal(window.All, window.Ended.OrderBy(sequence => sequence.Request.Index));
            Assert.Equal(window.Limits.KvBlockCount, window.Scheduler.FreeBlockCount);
            preempted += window.Scheduler.PreemptionCount;
            letGo += window.Scheduler.LetGoCount;
            shared += window.All.Sum(sequence => sequence.SharedPromptTokens);
        });
        Assert.True(preempted > 0 && letGo > 0 && shared > 0, $"{preempted} preempted, {letGo} let go, {shared} shared");
    }

    [Fact]
    public void Shared_blocks_are_written_once_by_the_sequence_that_comes_first_and_all_others_by_their_own() =>
        ForEachWindow((window, context) =>
        {
            while (window.Scheduler.HasWork)
            {
                var pinned = window.All.Where(IsPinned).ToHashSet();
                window.Plan();
                AssertWrites(window, pinned, context);
                window.Finish();
            }
        });

    [Fact]
    public void The_budget_is_used_up_while_rows_wait_and_there_are_blocks_for_any_of_them() =>
        ForEachWindow(isForeseen: false, check: (window, context) =>
        {
            while (window.Scheduler.HasWork)
            {
                window.Plan();
                var isFull = window.Step.TokenCount == window.Limits.StepTokenBudget
                    || window.Scheduler.LiveCount == window.Limits.StepSequenceBudget
                    || window.Scheduler.WaitingCount == 0;
                Assert.True(isFull || window.Scheduler.FreeBlockCount < MostNeeded(window), context);
                window.Finish();
            }
        });

    [Fact]
    public void The_same_window_gets_the_same_steps() => ForEachSeed((seed, context) =>
    {
        var first = new GroupedWindow(new Random(seed), isForeseen: true);
        var second = new GroupedWindow(new Random(seed), isForeseen: true);
        while (first.Scheduler.HasWork)
        {
            first.Plan();
            second.Plan();
            Assert.True(first.Describe() == second.Describe(), context);
            first.Finish();
            second.Finish();
        }
    });

    [Fact]
    public void The_oldest_live_sequence_advances_in_every_step() => ForEachWindow((window, context) =>
    {
        while (window.Scheduler.HasWork)
        {
            var oldest = window.All.Find(sequence => sequence.IsLive);
            window.Plan();
            Assert.True(oldest is null || window.Step.Slices[0].Sequence == oldest, context);
            Assert.True(window.Step.Slices.SkipLast(1).All(slice => slice.ChoosesNext), context);
            window.Finish();
        }
    });

    [Fact]
    public void With_two_steps_in_flight_every_row_ends_once_and_no_block_is_lost()
    {
        var (preempted, late) = (0L, 0);
        ForEachSeed((seed, context) =>
        {
            var window = new GroupedWindow(new Random(seed), isForeseen: seed % 2 == 0, stepsInFlight: 2);
            while (window.Scheduler.HasWork || window.InFlightCount > 0)
            {
                window.Feed();
                var hasWork = window.Scheduler.HasWork;
                if (hasWork)
                {
                    window.Plan();
                }

                window.Scheduler.CheckIntegrity();
                Assert.InRange(window.Scheduler.LiveCount, 0, window.Limits.StepSequenceBudget);
                Assert.InRange(window.Step.TokenCount, 0, window.Limits.StepTokenBudget);
                Assert.True(window.Step.Slices.All(s => s.Start + s.Count < s.Sequence.PromptCount + s.Sequence.MaxTokens), context);
                if (!hasWork || window.InFlightCount == 2)
                {
                    window.Finish();
                }
            }

            Assert.Equal(window.All, window.Ended.OrderBy(sequence => sequence.Request.Index));
            Assert.Equal(window.Limits.KvBlockCount, window.Scheduler.FreeBlockCount);
            preempted += window.Scheduler.PreemptionCount;
            late += window.All.Count(sequence => sequence.AwaitedCount > 0);
        });
        Assert.True(preempted > 0 && late > 0, $"{preempted} preempted, {late} ended a step late");
    }

    [Fact]
    public void Steps_planned_ahead_are_those_planned_one_at_a_time_where_all_rows_run_to_their_limits()
    {
        var compared = 0;
        ForEachSeed((seed, context) =>
        {
            var single = new GroupedWindow(new Random(seed), isForeseen: seed % 2 == 0, runToLimits: true);
            var ahead = new GroupedWindow(new Random(seed), isForeseen: seed % 2 == 0, stepsInFlight: 2, runToLimits: true);
            while (single.Scheduler.HasWork)
            {
                ahead.Feed();
                single.Plan();
                ahead.Plan();
                if (single.Scheduler.PreemptionCount > 0)
                {
                    return; // a token that is on its way to a preempted row is chosen again
                }

                Assert.True(single.Describe() == ahead.Describe(), context);
                compared++;
                single.Finish();
                if (ahead.InFlightCount == 2)
                {
                    ahead.Finish();
                }
            }

            ahead.Feed();
            Assert.False(ahead.Scheduler.HasWork, context);
        });
        Assert.True(compared > Windows, $"{compared} steps");
    }

    private static bool IsPinned(Sequence sequence) => sequence.SharedPrefix is { BlockTable.Count: > 0 };

    private static void AssertWrites(GroupedWindow window, HashSet<Sequence> pinnedBefore, string context)
    {
        var written = new HashSet<int>();
        foreach (var slice in window.Step.Slices)
        {
            var first = slice.Start / window.Limits.KvBlockTokens;
            var end = (slice.Start + slice.Count - 1) / window.Limits.KvBlockTokens;
            Assert.True(slice.Sequence.BlockTable[first..(end + 1)].All(written.Add), context);
            var isBehind = slice.Start >= (slice.Sequence.SharedPrefix?.Length ?? 0);
            Assert.True(isBehind || !IsPinned(slice.Sequence) || !pinnedBefore.Contains(slice.Sequence), context);
        }

        var own = window.All.Where(s => s.IsLive).SelectMany(s => s.BlockTable.Skip(s.SharedPrefix?.BlockTable.Count ?? 0));
        var pins = window.All.Select(s => s.SharedPrefix).OfType<SharedPrefix>().Distinct().SelectMany(p => p.BlockTable);
        var holders = own.Concat(pins).ToList();
        Assert.True(holders.Distinct().Count() == holders.Count, context);
    }

    private static int MostNeeded(GroupedWindow window)
    {
        var waiting = window.All.Except(window.Ended).Where(sequence => !sequence.IsLive);
        return waiting.Max(sequence => (sequence.KnownCount + window.Limits.KvBlockTokens - 1) / window.Limits.KvBlockTokens);
    }

    private static void ForEachWindow(Action<GroupedWindow, string> check)
    {
        ForEachWindow(isForeseen: false, check);
        ForEachWindow(isForeseen: true, check);
    }

    private static void ForEachWindow(bool isForeseen, Action<GroupedWindow, string> check) => ForEachSeed(
        (seed, context) => check(new GroupedWindow(new Random(seed), isForeseen), $"{context}, foreseen: {isForeseen}"));

    private static void ForEachSeed(Action<int, string> check)
    {
        var first = Random.Shared.Next(1 << 30);
        for (var seed = first; seed < first + Windows; seed++)
        {
            try
            {
                check(seed, $"seed {seed}");
            }
            catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
            {
                throw new InvalidOperationException($"seed {seed}", exception);
            }
        }
    }
}
