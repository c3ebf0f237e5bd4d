using BatchLLM.Host.Bench;
using BatchLLM.Inference;
using Xunit;

namespace BatchLLM.IntegrationTests.Bench;

public sealed class BenchSequencesTests
{
    private static readonly RunnerLimits Limits = new(4096, 1000, 512, 64, 32, 128);

    [Theory]
    [InlineData(100, 0, 4, 0)]
    [InlineData(100, 70, 4, 64)]
    [InlineData(97, 96, 4, 96)]
    [InlineData(96, 95, 4, 64)]
    [InlineData(100, 31, 4, 0)]
    [InlineData(100, 70, 1, 0)]
    public void Groups_share_their_front_and_whole_blocks_of_it(int prompt, int shared, int group, int prefix)
    {
        var sequences = BenchSequences.Make(new BenchCombination(prompt, 5, 10, shared, group), Limits);

        Assert.Equal(10, sequences.Count);
        foreach (var (sequence, index) in sequences.Select((s, i) => (s, i)))
        {
            var first = sequences[index / group * group];
            Assert.Equal(prompt, sequence.PromptCount);
            Assert.Equal(first.Tokens[..shared], sequence.Tokens[..shared]);
            Assert.Same(first.SharedPrefix, sequence.SharedPrefix);
            Assert.Equal(prefix, sequence.SharedPrefix?.Length ?? 0);
        }

        Assert.Equal(10, sequences.Select(s => string.Join(' ', s.Tokens.ToArray())).Distinct().Count());
    }
}
