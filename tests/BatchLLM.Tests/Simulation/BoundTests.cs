using BatchLLM.Benchmarks.Simulation;
using BatchLLM.Benchmarks.Workloads;
using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.Tests.Simulation;

public sealed class BoundTests
{
    [Fact]
    public void Attainable_savings_are_those_that_the_preflight_counts()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var workload = SmallWorkload.Random(seed);
            var blockTokens = 1 + (seed % 8);
            var counted = PrefixSharing.Count(workload.Rows.Select(row => row.PromptTokens).ToArray(), blockTokens);
            var sharing = new AttainableSharing(workload, blockTokens);

            Assert.True(counted.BlockTokens == sharing.Tokens, $"seed {seed}: {counted.BlockTokens}, {sharing.Tokens}");
        }
    }

    [Fact]
    public void Attainable_savings_are_the_blocks_that_stand_in_several_prompts()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var workload = SmallWorkload.Random(seed);
            var fronts = workload.Rows.SelectMany(row => Fronts(row.PromptTokens, 4)).ToArray();
            var saved = 4L * (fronts.Length - fronts.Distinct().Count());
            Assert.True(saved == new AttainableSharing(workload, 4).Tokens, $"seed {seed}");
        }
    }

    [Fact]
    public void A_row_alone_takes_its_chain_and_nothing_more()
    {
        // Prompt of 10 in steps of 4, 4 and 2, then 2 more tokens; each step's time by hand in the cost model's test.
        var builder = new WorkloadBuilder(seed: 1);
        builder.Add(builder.Tokens(10), 3, 3);
        var result = SmallWorkload.Result(
            new EnginePolicy(), builder.Build("one"), SmallWorkload.Device(stepTokens: 4, kvBlocks: 20));

        Assert.Equal(5, result.Steps);
        Assert.Equal(1, result.MakespanOverBound, 12);
        Assert.Equal("chain", result.BoundBy);
    }

    [Fact]
    public void A_step_takes_its_arithmetic_or_its_traffic()
    {
        var device = SmallWorkload.Device(stepTokens: 8, kvBlocks: 8);
        var work = default(StepWork);
        work.AddSlice(start: 4, count: 3, readFrom: 0, chooses: true);

        // 3 tokens, 1 choice, pairs 5 + 6 + 7; weights once, 7 positions read, 3 written; 1 s fixed.
        Assert.Equal(3 + 1 + 18 + 1, device.StepSeconds(work));
        Assert.Equal(1 + 7 + 3 + 1, (device with { FlopsPerSecond = 1e9 }).StepSeconds(work), 6);
    }

    // Whole blocks before a prompt's last position, each with all before it.
    private static IEnumerable<string> Fronts(int[] prompt, int blockTokens)
    {
        for (var end = blockTokens; end < prompt.Length; end += blockTokens)
        {
            yield return string.Join(' ', prompt[..end]);
        }
    }
}
