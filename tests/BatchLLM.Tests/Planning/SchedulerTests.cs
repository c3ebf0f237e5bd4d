using BatchLLM.Inference;
using BatchLLM.Planning;
using BatchLLM.Tests.Inference;
using Xunit;

namespace BatchLLM.Tests.Planning;

public sealed class SchedulerTests
{
    private readonly Step _step = new();

    [Fact]
    public void Live_sequences_decode_first_and_prompt_chunks_fill_the_rest()
    {
        var scheduler = new Scheduler(Limits(tokens: 10, blocks: 100));
        Add(scheduler, 0, promptTokens: 4);
        RunStep(scheduler);
        Add(scheduler, 1, promptTokens: 25);

        Assert.Equal("0:4+1 1:0+9", Plan(scheduler));
        Advance();
        Assert.Equal("0:5+1 1:9+9", Plan(scheduler));
        Advance();
        Assert.Equal("0:6+1 1:18+7", Plan(scheduler));
        Advance();
        Assert.Equal("0:7+1 1:25+1", Plan(scheduler));
    }

    [Fact]
    public void A_step_takes_several_prompts_while_its_budgets_last()
    {
        var scheduler = new Scheduler(Limits(tokens: 12, blocks: 100) with { StepSequenceBudget = 3 });
        for (var index = 0; index < 5; index++)
        {
            Add(scheduler, index, promptTokens: 3);
        }

        Assert.Equal("0:0+3 1:0+3 2:0+3", Plan(scheduler));
        Assert.Equal((3, 2), (scheduler.LiveCount, scheduler.WaitingCount));
    }

    [Fact]
    public void Admission_is_by_blocks_and_never_out_of_order()
    {
        // 6 blocks of 4 positions. Row 0 takes 4, row 1 would need 3, row 2 would fit but stands behind row 1.
        var scheduler = new Scheduler(Limits(tokens: 64, blocks: 6));
        Add(scheduler, 0, promptTokens: 16);
        Add(scheduler, 1, promptTokens: 12);
        Add(scheduler, 2, promptTokens: 4);

        Assert.Equal("0:0+16", Plan(scheduler));
    }

    [Fact]
    public void Blocks_are_recycled_the_moment_a_sequence_ends()
    {
        var scheduler = new Scheduler(Limits(tokens: 64, blocks: 4));
        var first = Add(scheduler, 0, promptTokens: 13, maxTokens: 3);
        Add(scheduler, 1, promptTokens: 13, maxTokens: 3);
        RunStep(scheduler);
        scheduler.End(first);

        Assert.Equal("1:0+13", Plan(scheduler));
        Assert.Empty(first.BlockTable);
        scheduler.CheckIntegrity();
    }

    [Fact]
    public void The_newest_sequence_is_preempted_keeps_its_tokens_and_is_the_next_to_be_admitted()
    {
        // 4 blocks of 4: both prompts fill 2 blocks; then row 0 needs a third.
        var scheduler = new Scheduler(Limits(tokens: 64, blocks: 4));
        var oldest = Add(scheduler, 0, promptTokens: 8, maxTokens: 9);
        var newest = Add(scheduler, 1, promptTokens: 8, maxTokens: 9);
        Add(scheduler, 2, promptTokens: 1, maxTokens: 1);
        RunStep(scheduler);

        Assert.Equal("0:8+1", Plan(scheduler));
        Assert.Equal(1, scheduler.PreemptionCount);
        Assert.Equal((0, 9, 0), (newest.ComputedCount, newest.KnownCount, newest.BlockTable.Count));

        Advance();
        scheduler.End(oldest);
        Assert.Equal("1:0+9 2:0+1", Plan(scheduler));
    }

    [Fact]
    public void The_newest_sequence_misses_steps_rather_than_losing_what_it_computed()
    {
        // 3 blocks of 4: row 0 holds 1 and fills it, row 1 holds 2 and needs a third.
        var scheduler = new Scheduler(Limits(tokens: 64, blocks: 3));
        Add(scheduler, 0, promptTokens: 2, maxTokens: 3);
        var newest = Add(scheduler, 1, promptTokens: 8, maxTokens: 4);
        RunStep(scheduler);

        Assert.Equal("0:2+1", Plan(scheduler));
        Assert.Equal(0, scheduler.PreemptionCount);
        Assert.Equal(8, newest.ComputedCount);
    }

    [Fact]
    public void A_sequence_that_could_never_fit_is_refused()
    {
        var scheduler = new Scheduler(Limits(tokens: 64, blocks: 3));

        Add(scheduler, 0, promptTokens: 8, maxTokens: 5);
        Assert.Throws<ArgumentException>(() => Add(scheduler, 1, promptTokens: 8, maxTokens: 6));
    }

    [Fact]
    public void A_sequence_left_without_its_due_token_is_reported_instead_of_looping()
    {
        var scheduler = new Scheduler(Limits(tokens: 64, blocks: 3));
        Add(scheduler, 0, promptTokens: 2);
        scheduler.Plan(_step);

        Assert.Throws<InvalidOperationException>(() => scheduler.Plan(_step));
    }

    [Fact]
    public void Misuse_is_an_exception()
    {
        var scheduler = new Scheduler(Limits(tokens: 64, blocks: 3));
        var waiting = new Sequence(TestWindow.Request(0, 2, 2), 2);

        Assert.Throws<InvalidOperationException>(() => scheduler.Plan(_step));
        Assert.Throws<InvalidOperationException>(() => scheduler.End(waiting));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Scheduler(Limits(tokens: 0, blocks: 3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Scheduler(Limits(tokens: 1, blocks: 0)));
    }

    [Fact]
    public void Steady_steps_with_new_blocks_and_preemptions_allocate_nothing()
    {
        // 20 sequences of up to 44 positions in 40 blocks of 4: most are preempted, some several times.
        var scheduler = new Scheduler(Limits(tokens: 64, blocks: 40));
        for (var index = 0; index < 20; index++)
        {
            Add(scheduler, index, promptTokens: 4, maxTokens: 40);
        }

        for (var warmUp = 0; warmUp < 10; warmUp++)
        {
            RunStep(scheduler);
        }

        var preempted = scheduler.PreemptionCount;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 25; count++)
        {
            RunStep(scheduler);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(scheduler.PreemptionCount > preempted, "The steps were meant to preempt.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void The_oldest_sequence_advances_in_every_step_and_blocks_always_add_up(int seed)
    {
        var random = new Random(seed);
        var limits = Limits(random.Next(2, 20), 12) with { StepSequenceBudget = random.Next(2, 8) };
        var scheduler = new Scheduler(limits);
        for (var index = 0; index < 200; index++)
        {
            Add(scheduler, index, random.Next(1, 25), random.Next(1, 24));
        }

        var oldest = -1;
        while (scheduler.HasWork)
        {
            scheduler.Plan(_step);
            scheduler.CheckIntegrity();
            Assert.InRange(scheduler.LiveCount, 1, Math.Min(limits.StepTokenBudget, limits.StepSequenceBudget));
            Assert.All(_step.Slices.SkipLast(1), slice => Assert.True(slice.ChoosesNext, "A chunk is not last."));
            Assert.InRange(_step.Slices[0].Sequence.Request.Index, Math.Max(oldest, 0), int.MaxValue);
            oldest = _step.Slices[0].Sequence.Request.Index;
            Advance();
            EndFull(scheduler);
        }

        scheduler.CheckIntegrity();
        Assert.True(scheduler.PreemptionCount > 0, "The pool was meant to run short.");
    }

    private static RunnerLimits Limits(int tokens, int blocks) => new(TestWindow.Context, 256, tokens, 20, 4, blocks);

    private static Sequence Add(Scheduler scheduler, int index, int promptTokens, int maxTokens = 8)
    {
        var sequence = new Sequence(TestWindow.Request(index, promptTokens, maxTokens), maxTokens);
        scheduler.Add(sequence);
        return sequence;
    }

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
        foreach (var slice in _step.Slices)
        {
            if (slice.Sequence.PendingCount == 0)
            {
                slice.Sequence.Append(1);
            }
        }
    }

    private void EndFull(Scheduler scheduler)
    {
        foreach (var slice in _step.Slices)
        {
            if (slice.Sequence.Generated.Length == slice.Sequence.MaxTokens)
            {
                scheduler.End(slice.Sequence);
            }
        }
    }
}
