using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;
using Xunit;

namespace BatchLLM.Tests.Engine.Linear;

public class PanelStoreTests
{
    public static TheoryData<WeightFormat, int, int, int, bool> Cases()
    {
        var cases = new TheoryData<WeightFormat, int, int, int, bool>();
        foreach (var format in Enum.GetValues<WeightFormat>())
        {
            foreach (var width in new[] { 16, 64 })
            {
                cases.Add(format, width, 37, 48, false);
                cases.Add(format, width, 300, format == WeightFormat.Nvfp4 ? 272 : 277, true);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decoded_panels_are_the_bits_of_the_dequantized_weights(
        WeightFormat format, int width, int outputs, int inputs, bool hasFactors)
    {
        var seed = Random.Shared.Next();
        var weight = RandomLinear.Create(new Random(seed), format, outputs, inputs, hasFactors);
        var expected = new float[outputs * inputs];
        weight.ReadFloats(0, expected);
        using var packed = new PackedMatrix(width, weight);
        foreach (var (k, count) in new[] { (0, Math.Min(128, inputs)), (inputs / 2, inputs - inputs / 2), (inputs - 1, 1) })
        {
            AssertRun(packed, weight, expected, k, count, $"seed {seed}");
        }
    }

    [Theory]
    [InlineData(WeightFormat.Nvfp4, 288)]
    [InlineData(WeightFormat.Int4, 277)]
    public void Panels_for_integer_products_decode_to_the_same_weights(WeightFormat format, int inputs)
    {
        var seed = Random.Shared.Next();
        var weight = RandomLinear.Create(new Random(seed), format, 37, inputs, format == WeightFormat.Int4);
        var expected = new float[37 * inputs];
        weight.ReadFloats(0, expected);
        using var packed = new PackedMatrix(64, new InputRounding(InputRoundingKind.Int8PerRow, 1), weight);
        AssertRun(packed, weight, expected, 0, inputs, $"seed {seed}");
    }

    [Theory]
    [InlineData(16, 37, 48)]
    [InlineData(64, 300, 277)]
    public void BF16_weights_come_out_of_their_pairs_as_they_were(int width, int outputs, int inputs)
    {
        var seed = Random.Shared.Next();
        var weight = RandomLinear.Create(new Random(seed), WeightFormat.Float, outputs, inputs, stored: TensorType.BF16);
        var expected = new float[outputs * inputs];
        weight.ReadFloats(0, expected);
        using var packed = new PackedMatrix(width, weight);
        foreach (var (k, count) in new[] { (0, inputs), (inputs / 2, inputs - inputs / 2), (inputs - 1, 1) })
        {
            AssertRun(packed, weight, expected, k, count, $"seed {seed}");
        }
    }

    [Fact]
    public void A_weight_that_is_not_a_number_is_refused_by_its_layer()
    {
        var weight = RandomLinear.Create(new Random(1), WeightFormat.Fp8, 40, 16, damaged: 20 * 16 + 3);
        var refusal = Assert.Throws<BatchLLMException>(() => new PackedMatrix(16, weight).Dispose());
        Assert.Contains("model.layers.3.mlp.up_proj", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("outputs 16 to 31 contain NaN", refusal.Message, StringComparison.Ordinal);
    }

    private static unsafe void AssertRun(
        PackedMatrix packed, LinearWeight weight, float[] expected, int k, int count, string because)
    {
        using var scratch = new AlignedBuffer<float>((long)count * packed.Width);
        for (var panel = 0; panel < packed.PanelCount; panel++)
        {
            var run = packed.Run(panel, k, count, scratch.Pointer);
            var scales = packed.Scales(panel);
            for (var i = 0; i < count * packed.Width; i++)
            {
                var (row, column) = (k + i / packed.Width, panel * packed.Width + i % packed.Width);
                var value = column < weight.OutputCount
                    ? expected[column * weight.InputCount + row] * (weight.InputFactors?[row] ?? 1)
                    : 0;
                var actual = run[i] * (scales is null ? 1 : scales[i % packed.Width]);

                // A factor stands between a weight and its scale: three numbers multiplied in another order round otherwise.
                var isSame = weight.InputFactors is null ? value == actual : MathF.Abs(value - actual) <= 4e-7f * MathF.Abs(value);
                Assert.True(isSame, $"{because}: column {column}, k {row}: {actual:R}, expected {value:R}");
            }
        }
    }
}
