using BatchLLM.Engine.Compare;
using Xunit;

namespace BatchLLM.Tests.Compare;

public sealed class KlDivergenceTests
{
    [Fact]
    public void Two_distributions_by_hand()
    {
        // P = (1/2, 1/2), Q = (1/4, 3/4): 1/2 ln 2 + 1/2 ln 2/3 = 1/2 ln 4/3; the other way 1/4 ln 1/2 + 3/4 ln 3/2.
        float[] p = [0, 0], q = [0, MathF.Log(3)];

        Assert.Equal(0.5 * Math.Log(4.0 / 3), KlDivergence.Of(p, q), 1e-7);
        Assert.Equal((0.25 * Math.Log(0.5)) + (0.75 * Math.Log(1.5)), KlDivergence.Of(q, p), 1e-7);
    }

    [Fact]
    public void A_token_that_Q_finds_almost_impossible_costs_its_distance()
    {
        // P is all on token 1, which Q gives e^-50.
        Assert.Equal(50, KlDivergence.Of([-100, 0, -100], [50, 0, -100]), 1e-12);
    }

    [Fact]
    public void Equal_logits_diverge_by_exactly_nothing_whatever_their_number()
    {
        var seed = Random.Shared.Next();
        for (var count = 1; count < 70; count++)
        {
            var logits = RandomLogits(new Random(seed + count), count);
            Assert.True(KlDivergence.Of(logits, logits) == 0, $"seed {seed}, {count} logits");
        }
    }

    [Fact]
    public void It_is_the_sum_over_softmax_probabilities_and_never_below_zero()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var count = 1; count < 70; count++)
        {
            var (p, q) = (RandomLogits(random, count), RandomLogits(random, count));
            var expected = Softmax(p).Zip(Softmax(q), (x, y) => x * Math.Log(x / y)).Sum();
            var actual = KlDivergence.Of(p, q);
            Assert.True(actual >= 0 && Math.Abs(expected - actual) < 1e-9, $"seed {seed}, {count}: {expected} and {actual}");
        }
    }

    [Fact]
    public void Vocabularies_of_different_size_are_refused() =>
        Assert.Throws<ArgumentException>(() => KlDivergence.Of([0, 0], [0, 0, 0]));

    private static float[] RandomLogits(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 40) - 20))];

    private static double[] Softmax(float[] logits)
    {
        var sum = logits.Sum(logit => Math.Exp(logit));
        return Array.ConvertAll(logits, logit => Math.Exp(logit) / sum);
    }
}
