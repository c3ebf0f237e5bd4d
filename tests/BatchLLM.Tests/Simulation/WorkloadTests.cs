using BatchLLM.Benchmarks.Simulation;
using BatchLLM.Benchmarks.Workloads;
using Xunit;

namespace BatchLLM.Tests.Simulation;

public sealed class WorkloadTests
{
    private static readonly string[] Sharing = ["system prompt", "few-shot", "questions, in order", "questions, shuffled"];

    [Fact]
    public void The_same_seed_gives_the_same_rows_and_another_seed_others()
    {
        Assert.NotEqual(new WorkloadSet(1).LongTail().NaturalLengths, new WorkloadSet(2).LongTail().NaturalLengths);
        foreach (var (first, same) in new WorkloadSet(1).All.Zip(new WorkloadSet(1).All))
        {
            Assert.Equal(first.NaturalLengths, same.NaturalLengths);
            Assert.All(first.Rows.Zip(same.Rows), pair => Assert.True(
                pair.First.PromptTokens.AsSpan().SequenceEqual(pair.Second.PromptTokens), $"{first.Name}, row {pair.First.Index}"));
        }
    }

    [Fact]
    public void Every_row_fits_every_device_and_only_those_with_common_fronts_can_save_anything()
    {
        var context = Math.Min(Devices.Cpu.Limits.ContextLength, Devices.Gpu.Limits.ContextLength);
        foreach (var workload in new WorkloadSet(1).All)
        {
            Assert.All(workload.Rows, row => Assert.InRange(row.PromptTokens.Length + row.Sampling.MaxTokens, 2, context));
            var saved = (double)new AttainableSharing(workload, 32).Tokens / workload.PromptTokens;
            Assert.True(Sharing.Contains(workload.Name) ? saved is > 0.85 and < 1 : saved == 0, $"{workload.Name}: {saved}");
        }
    }

    [Fact]
    public void The_long_tail_is_one()
    {
        var workload = new WorkloadSet(1).LongTail();
        var lengths = Enumerable.Range(0, workload.Rows.Length).Select(workload.OutputTokens).Order().ToArray();

        Assert.InRange(lengths[lengths.Length / 2], 30, 80);
        Assert.Equal(4_096, lengths[^1]);
        Assert.InRange(lengths[(int)(lengths.Length * 0.99)], 500, 2_000);
    }
}
