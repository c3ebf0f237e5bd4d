using BatchLLM.Engine.Sampling;
using Xunit;

namespace BatchLLM.Tests.Engine;

public sealed class LargestWeightsTests
{
    [Fact]
    public void It_is_what_sorting_finds()
    {
        var largest = new LargestWeights();
        for (var seed = 1; seed <= 300; seed++)
        {
            var random = new Random(seed);
            // Few distinct values, so that many are equal.
            var weights = Enumerable.Range(0, random.Next(1, 200)).Select(_ => random.Next(40) / 40f).ToArray();
            var count = random.Next(1, weights.Length + 1);
            var expected = weights.OrderDescending().ElementAt(count - 1);
            Assert.True(expected == largest.Smallest(weights, count), $"seed {seed}");
        }
    }
}
