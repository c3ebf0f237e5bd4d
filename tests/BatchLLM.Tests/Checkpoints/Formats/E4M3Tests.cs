using BatchLLM.Checkpoints.Formats;
using Xunit;

namespace BatchLLM.Tests.Checkpoints.Formats;

public sealed class E4M3Tests
{
    [Fact]
    public void Every_code_has_its_value()
    {
        var values = CodecGoldens.Values("e4m3Values");
        Assert.Equal(256, values.Length);
        for (var code = 0; code < 256; code++)
        {
            var actual = E4M3.Decode((byte)code);
            Assert.Equal(float.IsNaN(values[code]), E4M3.IsNaN((byte)code));
            Assert.True(
                float.IsNaN(values[code]) ? float.IsNaN(actual) : BitConverter.SingleToInt32Bits(values[code]) == BitConverter.SingleToInt32Bits(actual),
                $"code {code:X2} is {actual:R}, expected {values[code]:R}");
        }
    }

    [Fact]
    public void Every_value_tie_and_neighbour_rounds_as_exact_fractions_do()
    {
        foreach (var (input, code) in CodecGoldens.Encodings("e4m3Encodings"))
        {
            Assert.True(E4M3.Encode(input) == code, $"{input:R} became {E4M3.Encode(input):X2}, expected {code:X2}");
        }
    }

    [Fact]
    public void Not_a_number_stays_not_a_number()
    {
        Assert.All(CodecGoldens.Values("notANumber"), x => Assert.True(E4M3.IsNaN(E4M3.Encode(x)), $"{x:R}"));
    }

    [Fact]
    public void Every_code_but_NaN_survives_decoding_and_encoding()
    {
        for (var code = 0; code < 256; code++)
        {
            if (!E4M3.IsNaN((byte)code))
            {
                Assert.Equal(code, E4M3.Encode(E4M3.Decode((byte)code)));
            }
        }
    }

    [Fact]
    public void No_code_is_nearer_than_the_chosen_one()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var values = Enumerable.Range(0, 256).Select(c => E4M3.Decode((byte)c)).Where(v => !float.IsNaN(v)).ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            // Exponents from below the subnormals to above the largest value, where the clamped value counts.
            var x = RandomFloats.Next(random, -14, 12);
            var wanted = Math.Clamp((double)x, -E4M3.MaxValue, E4M3.MaxValue);
            var least = values.Min(v => Math.Abs(v - wanted));
            Assert.True(Math.Abs(E4M3.Round(x) - wanted) <= least, $"seed {seed}: {x:R} became {E4M3.Round(x):R}");
        }
    }
}
