using BatchLLM.Benchmarks.Simulation;
using BatchLLM.Benchmarks.Workloads;
using Xunit;

namespace BatchLLM.Tests.Simulation;

public sealed class PolicyTests
{
    private static readonly IPolicy[] Policies = [new EnginePolicy(), new FirstComePolicy(), new StaticBatchPolicy()];

    [Fact]
    public void Every_policy_generates_every_token_and_none_beats_the_bound()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var workload = SmallWorkload.Random(seed);
            var device = SmallWorkload.Device(stepTokens: 1 + (seed * 7 % 40), kvBlocks: 33 + (seed * 5 % 100));
            foreach (var policy in Policies)
            {
                // Throws, with both numbers, if too little was generated or in too short a time.
                var result = SmallWorkload.Result(policy, workload, device);
                Assert.True(result.KvPeakBlocks <= result.KvBlocks, $"seed {seed}, {policy.Name}: {result}");
                Assert.True(result.Occupancy is null or (> 0 and <= 1), $"seed {seed}, {policy.Name}: {result}");
                Assert.True(result.SavingsShare is null or <= 1, $"seed {seed}, {policy.Name}: {result}");
            }
        }
    }

    [Fact]
    public void With_room_for_all_first_come_saves_all_that_is_attainable()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var workload = SmallWorkload.Random(seed);
            var result = SmallWorkload.Result(new FirstComePolicy(), workload, SmallWorkload.Device(stepTokens: 64, kvBlocks: 4_000));

            Assert.True(result.SavingsShare == 1, $"seed {seed}: {result}");
            Assert.True(result.RecomputedTokens == 0, $"seed {seed}: {result}");
        }
    }

    [Fact]
    public void With_room_for_all_the_plan_saves_what_is_attainable_and_fills_its_steps_until_the_tail()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var workload = SmallWorkload.Random(seed, rows: 200);
            var result = SmallWorkload.Result(new EnginePolicy(), workload, SmallWorkload.Device(stepTokens: 64, kvBlocks: 8_000));

            Assert.True(result.SavingsShare > 0.95, $"seed {seed}: {result}");
            Assert.True(result.Occupancy > 0.97, $"seed {seed}: {result}");
        }
    }

    [Fact]
    public void What_a_window_before_has_taught_changes_no_row()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            // Throws if a row does not end where it must.
            var result = SmallWorkload.Result(
                new EnginePolicy(SmallWorkload.Random(seed + 100)), SmallWorkload.Random(seed), SmallWorkload.Device(stepTokens: 16, kvBlocks: 60));

            Assert.True(result.Steps > 0, $"seed {seed}: {result}");
        }
    }

    [Fact]
    public void First_come_finds_a_prefix_within_the_step_that_computes_it()
    {
        var builder = new WorkloadBuilder(seed: 1);
        var document = builder.Tokens(10);
        builder.Add([.. document, .. builder.Tokens(3)], 1, 1);
        builder.Add([.. document, .. builder.Tokens(2)], 1, 1);

        var steps = new FirstComePolicy().Run(builder.Build("pair"), SmallWorkload.Device(stepTokens: 64, kvBlocks: 20));

        // 13 positions, then 12 less two whole blocks of 4.
        Assert.Equal([17], steps.Select(step => step.PromptTokens));
    }

    [Fact]
    public void First_come_preempts_the_newest_and_goes_on_where_its_cached_blocks_end()
    {
        // Two rows of 4 + 8 tokens in four blocks of 4: the newer one loses its blocks, but finds the first again.
        var builder = new WorkloadBuilder(seed: 1);
        builder.Add(builder.Tokens(4), 8, 8);
        builder.Add(builder.Tokens(4), 8, 8);

        var steps = new FirstComePolicy().Run(builder.Build("pair"), SmallWorkload.Device(stepTokens: 64, kvBlocks: 4));

        var positions = 2 * (4 + 8 - 1);
        Assert.True(steps.Max(step => step.KvBlocks) <= 4);
        Assert.True(steps.Sum(step => step.UsefulTokens) > positions, "It was meant to run short.");
        Assert.Equal(8, steps.Sum(step => step.PromptTokens));
    }

    [Fact]
    public void Static_batches_pad_prompts_and_wait_for_the_longest_answer()
    {
        var builder = new WorkloadBuilder(seed: 1);
        builder.Add(builder.Tokens(5), 8, 1);
        builder.Add(builder.Tokens(9), 8, 3);
        builder.Add(builder.Tokens(2), 8, 2);

        // Two rows of 9 + 8 positions take ten blocks of 4; a third does not fit twelve.
        var steps = new StaticBatchPolicy().Run(builder.Build("three"), SmallWorkload.Device(stepTokens: 64, kvBlocks: 12));

        Assert.Equal([(18, 14), (2, 1), (2, 1), (2, 2), (1, 1)], steps.Select(step => (step.Work.Tokens, step.UsefulTokens)));
        Assert.Equal([1, 1, 1, 0, 0], steps.Select(step => step.Waiting));
    }
}
