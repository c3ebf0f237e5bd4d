using BatchLLM.Inference;
using BatchLLM.Planning;
using BatchLLM.Tests.Inference;
using Xunit;

namespace BatchLLM.Tests.Planning;

/// <summary>Sequences with a shared prefix of 8 positions, which is 2 KV blocks.</summary>
public sealed class SchedulerGroupTests
{
    private readonly Step _step = new();

    [Fact]
    public void The_others_start_behind_the_prefix_in_the_step_that_computes_its_last_position()
    {
        var scheduler = new Scheduler(Limits(tokens: 16, blocks: 100));
        var group = AddGroup(scheduler, first: 0, rows: 3, promptTokens: 10);

        Assert.Equal("0:0+10 1:8+2 2:8+2", Plan(scheduler));
        Assert.Equal(group[0].BlockTable[..2], group[1].BlockTable[..2]);
        Assert.Equal(group[0].BlockTable[..2], group[0].SharedPrefix!.BlockTable);
        Assert.Equal([0, 8, 8], group.Select(sequence => sequence.SharedPromptTokens));
    }

    [Fact]
    public void A_step_that_does_not_reach_the_end_of_the_prefix_is_full()
    {
        var scheduler = new Scheduler(Limits(tokens: 5, blocks: 100));
        AddGroup(scheduler, first: 0, rows: 2, promptTokens: 10);

        Assert.Equal("0:0+5", Plan(scheduler));
        Advance();
        Assert.Equal("0:5+5", Plan(scheduler));
        Advance();
        Assert.Equal("0:10+1 1:8+2", Plan(scheduler));
    }

    [Fact]
    public void The_prefix_is_freed_when_its_last_sequence_has_ended()
    {
        var scheduler = new Scheduler(Limits(tokens: 64, blocks: 100));
        var group = AddGroup(scheduler, first: 0, rows: 2, promptTokens: 10);
        RunStep(scheduler);
        scheduler.End(group[0]);

        Assert.Equal(2, group[0].SharedPrefix!.BlockTable.Count);
        scheduler.End(group[1]);
        Assert.Empty(group[0].SharedPrefix!.BlockTable);
        Assert.Equal(100, scheduler.FreeBlockCount);
    }

    [Fact]
    public void The_prefix_outlives_its_first_sequence_for_those_not_yet_added()
    {
        var scheduler = new Scheduler(Limits(tokens: 64, blocks: 100));
        var prefix = new SharedPrefix(8, memberCount: 2);
        scheduler.Add(Member(prefix, 0, 10, 8));
        RunStep(scheduler);
        scheduler.End(_step.Slices[0].Sequence);
        scheduler.Add(Member(prefix, 1, 10, 8));

        Assert.Equal("1:8+2", Plan(scheduler));
    }

    [Fact]
    public void A_preempted_sequence_starts_again_behind_the_pinned_prefix()
    {
        // 4 blocks: 2 for the prefix, one for each sequence until row 0 needs a second.
        var scheduler = new Scheduler(Limits(tokens: 64, blocks: 4));
        var group = AddGroup(scheduler, first: 0, rows: 2, promptTokens: 12, maxTokens: 4);
        RunStep(scheduler);

        Assert.Equal("0:12+1", Plan(scheduler));
        Assert.Equal(1, scheduler.PreemptionCount);
        Advance();
        scheduler.End(group[0]);
        Assert.Equal("1:8+5", Plan(scheduler));
        Assert.Equal(8, group[1].SharedPromptTokens);
    }

    [Fact]
    public void The_one_that_is_preempted_before_the_end_of_the_prefix_computes_it_later()
    {
        // 5 blocks: rows 0 and 1 grow to 2 each, so row 2 gets no further than 4 positions, and loses them to a third block.
        var scheduler = new Scheduler(Limits(tokens: 11, blocks: 5));
        var (first, second) = (Add(scheduler, 0, promptTokens: 4), Add(scheduler, 1, promptTokens: 4));
        var group = AddGroup(scheduler, first: 2, rows: 2, promptTokens: 9, maxTokens: 2);
        Assert.Equal("0:0+4 1:0+4 2:0+3", Plan(scheduler));
        Advance();
        while (scheduler.PreemptionCount == 0)
        {
            RunStep(scheduler);
        }

        Assert.Equal((0, 0), (group[0].ComputedCount, group[0].SharedPrefix!.BlockTable.Count));
        scheduler.End(first);
        scheduler.End(second);
        Assert.Equal("2:0+9 3:8+1", Plan(scheduler));
    }

    [Fact]
    public void A_prefix_that_no_live_sequence_reads_is_let_go_before_a_live_one_loses_its_blocks()
    {
        // 4 blocks: row 0 has one and grows; of the group, only the pinned prefix is left, which is 2.
        var scheduler = new Scheduler(Limits(tokens: 64, blocks: 4));
        var first = Add(scheduler, 0, promptTokens: 4, maxTokens: 12);
        var prefix = new SharedPrefix(8, memberCount: 2);
        var leader = Member(prefix, 1, promptTokens: 9, maxTokens: 4);
        scheduler.Add(leader);
        RunStep(scheduler);
        scheduler.End(leader);
        for (var count = 0; count < 5; count++)
        {
            RunStep(scheduler);
        }

        Assert.Equal((1, 0), (scheduler.LetGoCount, scheduler.PreemptionCount));
        Assert.Empty(prefix.BlockTable);
        scheduler.End(first);
        scheduler.Add(Member(prefix, 2, promptTokens: 9, maxTokens: 4));
        Assert.Equal("2:0+9", Plan(scheduler));
    }

    [Fact]
    public void With_nothing_live_other_prefixes_are_let_go_for_the_next_sequence()
    {
        var scheduler = new Scheduler(Limits(tokens: 64, blocks: 4));
        var prefix = new SharedPrefix(8, memberCount: 2);
        scheduler.Add(Member(prefix, 0, promptTokens: 9, maxTokens: 4));
        RunStep(scheduler);
        scheduler.End(_step.Slices[0].Sequence);
        Add(scheduler, 1, promptTokens: 16, maxTokens: 1);

        Assert.Equal("1:0+16", Plan(scheduler));
        Assert.Equal(1, scheduler.LetGoCount);
    }

    [Fact]
    public void A_newcomer_waits_if_those_that_run_are_expected_to_need_its_blocks()
    {
        // 8 blocks of 4. Both rows together come to 8 + 12 and 8 + 12 positions, which is 10 blocks.
        var scheduler = new Scheduler(Limits(tokens: 64, blocks: 8));
        Add(scheduler, 0, promptTokens: 8, maxTokens: 16).ExpectedTokens = 12;
        Add(scheduler, 1, promptTokens: 8, maxTokens: 16).ExpectedTokens = 12;

        Assert.Equal("0:0+8", Plan(scheduler));
    }

    [Fact]
    public void A_newcomer_that_ends_before_they_grow_is_admitted()
    {
        var scheduler = new Scheduler(Limits(tokens: 64, blocks: 8));
        Add(scheduler, 0, promptTokens: 8, maxTokens: 16).ExpectedTokens = 12;
        Add(scheduler, 1, promptTokens: 8, maxTokens: 16).ExpectedTokens = 2;

        Assert.Equal("0:0+8 1:0+8", Plan(scheduler));
    }

    private static RunnerLimits Limits(int tokens, int blocks) => new(TestWindow.Context, 256, tokens, 20, 4, blocks);

    private static Sequence Add(Scheduler scheduler, int index, int promptTokens, int maxTokens = 8)
    {
        var sequence = new Sequence(TestWindow.Request(index, promptTokens, maxTokens), maxTokens);
        scheduler.Add(sequence);
        return sequence;
    }

    private static Sequence[] AddGroup(Scheduler scheduler, int first, int rows, int promptTokens, int maxTokens = 8)
    {
        var prefix = new SharedPrefix(8, rows);
        Sequence[] group = [.. Enumerable.Range(first, rows).Select(row => Member(prefix, row, promptTokens, maxTokens))];
        Array.ForEach(group, scheduler.Add);
        return group;
    }

    // The scheduler trusts the plan that the tokens of a prefix are the same.
    private static Sequence Member(SharedPrefix prefix, int index, int promptTokens, int maxTokens) =>
        new(TestWindow.Request(index, promptTokens, maxTokens), maxTokens) { SharedPrefix = prefix };

    private string Plan(Scheduler scheduler)
    {
        scheduler.Plan(_step);
        return string.Join(' ', _step.Slices.Select(s => $"{s.Sequence.Request.Index}:{s.Start}+{s.Count}"));
    }

    private void RunStep(Scheduler scheduler)
    {
        scheduler.Plan(_step);
        Advance();
    }

    private void Advance()
    {
        foreach (var slice in _step.Slices.Where(slice => slice.Sequence.PendingCount == 0))
        {
            slice.Sequence.Append(1);
        }
    }
}
