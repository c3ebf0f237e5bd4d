using BatchLLM.Inference;
using BatchLLM.Planning;
using BatchLLM.Tests.Inference;
using Xunit;

namespace BatchLLM.Tests.Planning;

public sealed class KvPeakTests
{
    [Fact]
    public void The_peak_is_the_most_that_is_held_in_any_step_to_come()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 2000; round++)
        {
            var sequences = Enumerable.Range(0, random.Next(1, 12)).Select(_ => RandomSequence(random)).ToList();
            var most = MostHeld(sequences);
            var pinned = random.Next(3);
            foreach (var (blocks, fits) in ((int, bool)[])[(most, true), (most - 1, false)])
            {
                // One position per block, so that nothing is rounded.
                var peak = new KvPeak(new RunnerLimits(100, 256, 8, 16, 1, blocks + pinned));
                peak.Restart(sequences[..^1], pinned);

                Assert.True(fits == peak.FitsWith(sequences[^1]), $"seed {seed}, round {round}");
            }
        }
    }

    private static Sequence RandomSequence(Random random)
    {
        var sequence = new Sequence(TestWindow.Request(0, random.Next(1, 20), 30), 30) { ExpectedTokens = random.Next(0, 31) };
        for (var count = random.Next(0, 20); count > 0; count--)
        {
            sequence.Append(1);
        }

        return sequence;
    }

    // Each takes part up to the step in which it ends, with a position more in each.
    private static int MostHeld(List<Sequence> sequences) => Enumerable.Range(0, 31).Max(step => sequences
        .Where(s => step <= Math.Max(0, s.ExpectedTokens - s.Generated.Length))
        .Sum(s => s.KnownCount + step));
}
