using BatchLLM.Benchmarks.Simulation;
using BatchLLM.Benchmarks.Workloads;
using Xunit;

namespace BatchLLM.Tests.Simulation;

public sealed class WorkloadTests
{
    [Fact]
    public void The_same_seed_gives_the_same_rows_and_another_seed_others()
    {
        foreach (var ((first, same), other) in WorkloadSet.All(1).Zip(WorkloadSet.All(1)).Zip(WorkloadSet.All(2)))
        {
            Assert.Equal(first.NaturalLengths, same.NaturalLengths);
            Assert.NotEqual(first.NaturalLengths, other.NaturalLengths);
            Assert.All(first.Rows.Zip(same.Rows), pair => Assert.True(
                pair.First.PromptTokens.AsSpan().SequenceEqual(pair.Second.PromptTokens), $"{first.Name}, row {pair.First.Index}"));
        }
    }

    [Fact]
    public void Every_row_fits_every_device()
    {
        foreach (var workload in WorkloadSet.All(1))
        {
            foreach (var limits in new[] { Devices.Cpu.Limits, Devices.Gpu.Limits })
            {
                Assert.All(workload.Rows, row => Assert.InRange(
                    row.PromptTokens.Length + row.Sampling.MaxTokens, 2, limits.ContextLength));
            }
        }
    }

    [Fact]
    public void Only_workloads_with_common_fronts_can_save_anything()
    {
        var shares = WorkloadSet.All(1).ToDictionary(
            workload => workload.Name,
            workload => (double)new AttainableSharing(workload, 32).Tokens / workload.PromptTokens);

        Assert.All(["system prompt", "few-shot", "questions, in order", "questions, shuffled"], name => Assert.InRange(shares[name], 0.85, 1));
        Assert.All(["unique documents", "mixed lengths", "long tail"], name => Assert.Equal(0, shares[name]));
    }

    [Fact]
    public void The_long_tail_is_one()
    {
        var workload = WorkloadSet.All(1).Single(workload => workload.Name == "long tail");
        var lengths = Enumerable.Range(0, workload.Rows.Length).Select(workload.OutputTokens).Order().ToArray();

        Assert.InRange(lengths[lengths.Length / 2], 30, 80);
        Assert.Equal(4_096, lengths[^1]);
        Assert.InRange(lengths[(int)(lengths.Length * 0.99)], 500, 2_000);
    }
}
