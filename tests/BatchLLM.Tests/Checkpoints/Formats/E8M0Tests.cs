using BatchLLM.Checkpoints.Formats;
using Xunit;

namespace BatchLLM.Tests.Checkpoints.Formats;

public sealed class E8M0Tests
{
    [Fact]
    public void Every_code_is_its_power_of_two_and_comes_back()
    {
        for (var code = 0; code < 255; code++)
        {
            Assert.Equal(Math.Pow(2, code - 127), E8M0.Decode((byte)code));
            Assert.Equal(code, E8M0.Encode(E8M0.Decode((byte)code)));
        }

        Assert.True(float.IsNaN(E8M0.Decode(0xFF)));
    }

    [Fact]
    public void Values_between_powers_take_the_lower_one()
    {
        for (var code = 1; code < 255; code++)
        {
            var power = E8M0.Decode((byte)code);
            Assert.Equal(code - 1, E8M0.Encode(MathF.BitDecrement(power)));
            Assert.Equal(code, E8M0.Encode(MathF.BitIncrement(power)));
        }

        Assert.Equal(0, E8M0.Encode(float.Epsilon));
        Assert.Equal(254, E8M0.Encode(float.MaxValue));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(-1f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void What_is_no_scale_becomes_NaN(float value) => Assert.Equal(0xFF, E8M0.Encode(value));
}
