using BatchLLM.Checkpoints.Formats;
using BatchLLM.Checkpoints.Quantize;
using Xunit;

namespace BatchLLM.Tests.Quantize;

/// <summary>Weights to codes: the formats' worked examples, and bounds that hold for any weights.</summary>
public sealed class WeightQuantizerTests
{
    [Fact]
    public void Fp8_gives_the_codes_of_the_worked_example()
    {
        var scale = Fp8Weights.Scale(1.75f);
        var codes = new byte[4];

        Fp8Weights.Encode([0.02f, -0.5f, 1.75f, 0.001f], scale, codes);

        Assert.Equal(0.00390625f, scale);
        Assert.Equal([0x4A, 0xF0, 0x7E, 0x28], codes);
    }

    [Fact]
    public void Nvfp4_gives_the_bytes_of_the_worked_example()
    {
        float[] weights =
        [
            0.31f, -0.02f, 0.11f, 0.24f, -0.48f, 0.05f, 0, 0.16f, -0.09f, 0.62f, -0.62f, 0.36f, 0.20f, -0.27f, 0.075f, -0.14f,
        ];
        var global = Nvfp4Weights.GlobalScale(2.688f);
        var scales = new byte[1];
        var packed = new byte[8];

        Nvfp4Weights.EncodeScales(weights, global, scales);
        Nvfp4Weights.Encode(weights, global, scales, packed);

        Assert.Equal(0.001f, global, 1e-9f);
        Assert.Equal([0x6D], scales);
        Assert.Equal([0x85, 0x42, 0x1E, 0x30, 0x7A, 0x5F, 0xD4, 0xB1], packed);
    }

    [Fact]
    public void Nvfp4_of_the_largest_block_has_the_largest_scale_and_of_a_zero_block_scale_one()
    {
        var weights = new float[32];
        weights[3] = -5.5f;
        var scales = new byte[2];

        Nvfp4Weights.EncodeScales(weights, Nvfp4Weights.GlobalScale(5.5f), scales);

        Assert.Equal([E4M3.Encode(448), E4M3.Encode(1)], scales);
    }

    [Fact]
    public void Nvfp4_of_a_block_too_small_for_its_scale_is_zero()
    {
        var weights = Enumerable.Repeat(1e-6f, 16).ToArray();
        var scales = new byte[1];
        var packed = new byte[8];

        Nvfp4Weights.EncodeScales(weights, Nvfp4Weights.GlobalScale(100), scales);
        Nvfp4Weights.Encode(weights, Nvfp4Weights.GlobalScale(100), scales, packed);

        Assert.Equal([0], scales);
        Assert.Equal(new byte[8], packed);
    }

    [Fact]
    public void Int8_rounds_to_nearest_even_and_reaches_both_ends()
    {
        var scale = Int8Weights.Scale(12.7f);
        var codes = new byte[5];

        Int8Weights.Encode([12.7f, -12.7f, 0, 2.5f * scale, -3.5f * scale], scale, codes);

        Assert.Equal([127, -127, 0, 2, -4], codes.Select(code => (int)(sbyte)code));
    }

    [Fact]
    public void Int4_gives_the_codes_of_the_worked_example()
    {
        var codes = new sbyte[5];
        var scales = new Half[1];

        Int4Weights.Encode([0.12f, -0.70f, 0.34f, -0.22f, 0.66f], codes, scales);

        Assert.Equal(0.0999755859f, (float)scales[0], 1e-9f);
        Assert.Equal([1, -7, 3, -2, 7], codes);
    }

    [Theory]
    [InlineData(4096, 128)]
    [InlineData(192, 64)]
    [InlineData(176, 16)]
    public void Int4_blocks_are_the_largest_of_which_a_row_is_whole(int inputs, int expected) =>
        Assert.Equal(expected, Int4Weights.BlockSize("m", inputs));

    [Fact]
    public void Weights_that_are_all_zero_have_the_scale_one() => Assert.Equal(
        [1, 1, 1], new[] { Fp8Weights.Scale(0), Int8Weights.Scale(0), Nvfp4Weights.GlobalScale(0) });

    [Fact]
    public void Dequantized_weights_lie_within_half_a_step_of_the_true_ones()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var weights = Enumerable.Range(0, 4096).Select(_ => (random.NextSingle() - 0.5f) * MathF.Exp(random.Next(-4, 4))).ToArray();
        var magnitude = WeightRows.Magnitude(weights);
        var codes = new byte[weights.Length];

        Fp8Weights.Encode(weights, Fp8Weights.Scale(magnitude), codes);
        for (var i = 0; i < codes.Length; i++)
        {
            // Half of a 3-bit mantissa's last place, and half of the smallest step near zero.
            var bound = MathF.Max(MathF.Abs(weights[i]) / 16, Fp8Weights.Scale(magnitude) / 1024) * 1.0001f;
            Assert.InRange(E4M3.Decode(codes[i]) * Fp8Weights.Scale(magnitude) - weights[i], -bound, bound);
        }

        Int8Weights.Encode(weights, Int8Weights.Scale(magnitude), codes);
        for (var i = 0; i < codes.Length; i++)
        {
            var bound = Int8Weights.Scale(magnitude) * 0.5001f;
            Assert.InRange((sbyte)codes[i] * Int8Weights.Scale(magnitude) - weights[i], -bound, bound);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(18)]
    public void The_magnitude_of_a_row_with_a_NaN_is_NaN(int place)
    {
        var row = Enumerable.Range(0, 19).Select(i => (float)-i).ToArray();
        Assert.Equal(18, WeightRows.Magnitude(row));

        row[place] = float.NaN;

        Assert.True(float.IsNaN(WeightRows.Magnitude(row)));
    }

    [Theory]
    [InlineData(1f, 1f)]
    [InlineData(1.00390625f, 1f)] // half way: to the even neighbour
    [InlineData(1.01171875f, 1.015625f)]
    [InlineData(-1.004f, -1.0078125f)]
    public void BF16_rounds_to_nearest_even(float value, float expected) => Assert.Equal(expected, BFloat16Bits.Round(value));
}
