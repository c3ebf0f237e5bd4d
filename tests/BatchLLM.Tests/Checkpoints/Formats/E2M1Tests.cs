using BatchLLM.Checkpoints.Formats;
using Xunit;

namespace BatchLLM.Tests.Checkpoints.Formats;

public sealed class E2M1Tests
{
    [Fact]
    public void Every_code_has_its_value()
    {
        var values = CodecGoldens.Values("e2m1Values");
        Assert.Equal(16, values.Length);
        for (var code = 0; code < 16; code++)
        {
            Assert.Equal(BitConverter.SingleToInt32Bits(values[code]), BitConverter.SingleToInt32Bits(E2M1.Decode(code)));
        }
    }

    [Fact]
    public void Every_value_tie_and_neighbour_rounds_as_exact_fractions_do()
    {
        foreach (var (input, code) in CodecGoldens.Encodings("e2m1Encodings"))
        {
            Assert.True(E2M1.Encode(input) == code, $"{input:R} became {E2M1.Encode(input):X1}, expected {code:X1}");
        }
    }

    [Fact]
    public void No_code_is_nearer_than_the_chosen_one()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var values = Enumerable.Range(0, 16).Select(E2M1.Decode).ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            var x = RandomFloats.Next(random, -6, 6);
            var wanted = Math.Clamp((double)x, -E2M1.MaxValue, E2M1.MaxValue);
            var least = values.Min(v => Math.Abs(v - wanted));
            Assert.True(Math.Abs(E2M1.Decode(E2M1.Encode(x)) - wanted) <= least, $"seed {seed}: {x:R} became {E2M1.Decode(E2M1.Encode(x)):R}");
        }
    }
}
