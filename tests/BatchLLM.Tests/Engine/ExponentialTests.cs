using System.Runtime.Intrinsics;
using BatchLLM.Engine.Layers;
using Xunit;

namespace BatchLLM.Tests.Engine;

public sealed class ExponentialTests
{
    private const double Tolerance = 1.0 / (1 << 22);

    [Fact]
    public void Relative_error_stays_below_two_to_the_minus_22()
    {
        var random = new Random(17);
        for (var round = 0; round < 200_000; round++)
        {
            // Half of them near zero, where softmax weights that count stand.
            var span = round % 2 == 0 ? Exponential.Largest - Exponential.Smallest : 4;
            var x = (float)(random.NextDouble() * span) + (round % 2 == 0 ? Exponential.Smallest : -3);
            var expected = Math.Exp(x);
            Assert.True(Math.Abs(Of(x) - expected) <= Tolerance * expected, $"seed 17, round {round}: e^{x:R} came out as {Of(x):R}");
        }
    }

    [Fact]
    public void Ends_of_the_range_are_what_is_documented()
    {
        Assert.Equal(1, Of(0));
        Assert.Equal(0, Of(float.NegativeInfinity));
        Assert.Equal(0, Of(MathF.BitDecrement(Exponential.Smallest)));
        Assert.True(Of(Exponential.Smallest) >= 1.17549435e-38f);
        Assert.Equal(Of(Exponential.Largest), Of(float.PositiveInfinity));
        Assert.True(float.IsFinite(Of(Exponential.Largest)));
        Assert.True(float.IsNaN(Of(float.NaN)));
    }

    [Fact]
    public void Lanes_do_not_depend_on_each_other()
    {
        var random = new Random(18);
        for (var round = 0; round < 1_000; round++)
        {
            var x = Enumerable.Range(0, 8).Select(_ => (float)(random.NextDouble() * 180 - 95)).ToArray();
            var together = Exponential.Of(Vector256.Create(x));
            for (var lane = 0; lane < 8; lane++)
            {
                Assert.True(Of(x[lane]) == together[lane], $"seed 18, round {round}, lane {lane}");
            }
        }
    }

    private static float Of(float x) => Exponential.Of(Vector256.Create(x))[7];
}
