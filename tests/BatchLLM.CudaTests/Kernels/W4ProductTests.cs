using BatchLLM.Checkpoints.Linear;
using BatchLLM.Cuda.Devices;
using BatchLLM.CudaTests.Emulation;
using BatchLLM.GpuCheck.Vectors;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

/// <summary>Products of BF16 rows and weights that stay 4-bit codes.</summary>
public sealed class W4ProductTests
{
    private static readonly int[] BlockRows = [16, 64, 128];

    public static TheoryData<WeightFormat, int> Formats => new()
    {
        { WeightFormat.Nvfp4, 16 },
        { WeightFormat.Int4, 16 },
        { WeightFormat.Int4, 32 },
        { WeightFormat.Int4, 64 },
        { WeightFormat.Int4, 256 },
    };

    // A row of one 1 is multiplied to the weights of its input: each must be the checkpoint's, to the last bit.
    [Theory]
    [MemberData(nameof(Formats))]
    public void Every_weight_is_the_checkpoints_own(WeightFormat format, int group)
    {
        const int Inputs = 272;
        var random = new Random(group);
        LinearWeight[] parts = [W4Layer.Random(random, format, 48, Inputs, group), W4Layer.Random(random, format, 24, Inputs, group)];
        var columns = parts.Sum(part => part.OutputCount);
        using var device = new EmulatedDevice();
        using var scene = new W4Scene(device, parts);
        var one = new ushort[Inputs * Inputs];
        for (var i = 0; i < Inputs; i++)
        {
            one[i * Inputs + i] = TestRows.Bits(1);
        }

        var weights = Weights(parts);
        var read = scene.Multiply(one, 128, hasBlockPerSlice: false);

        for (var i = 0; i < weights.Length; i++)
        {
            Assert.Equal(weights[i], read[i % Inputs * columns + i / Inputs] * scene.Shape.Factor);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Products_are_the_references(WeightFormat format, int group)
    {
        Check(format, group, rows: 1, outputs: 8, inputs: 16);
        Check(format, group, rows: 19, outputs: 280, inputs: 208);
        Check(format, group, rows: 70, outputs: 40, inputs: 1_040);
        Check(format, group, rows: 133, outputs: 72, inputs: 80);
    }

    private static void Check(WeightFormat format, int group, int rows, int outputs, int inputs)
    {
        inputs = format == WeightFormat.Int4 ? inputs : (inputs + group - 1) / group * group;
        var layer = W4Layer.Random(new Random(rows), format, outputs, inputs, group);
        var x = Array.ConvertAll(TestRows.Values(new Random(rows + 1), rows * inputs), TestRows.Bits);
        foreach (var blockRows in BlockRows)
        {
            var read = EveryOrder.Run(device =>
            {
                using var scene = new W4Scene(device, layer);
                return scene.Multiply(x, blockRows, hasBlockPerSlice: scene.Shape.Slices > 1);
            });
            AssertNear(layer, x, read, format == WeightFormat.Nvfp4 ? 1 << 10 : 1);
        }
    }

    // Each of the additions, one for each input and one for each slice, rounds or cuts off at most one unit in the last place of a
    // float32, 2^-23, of what is no more than the sum of all magnitudes.
    private static void AssertNear(LinearWeight layer, ushort[] x, float[] read, float factor)
    {
        var (weights, inputs, outputs) = (Weights([layer]), layer.InputCount, layer.OutputCount);
        for (var i = 0; i < read.Length; i++)
        {
            var (row, column) = Math.DivRem(i, outputs);
            var (sum, magnitudes) = (0.0, 0.0);
            for (var k = 0; k < inputs; k++)
            {
                var product = (double)TestRows.Value(x[row * inputs + k]) * weights[column * inputs + k];
                (sum, magnitudes) = (sum + product, magnitudes + Math.Abs(product));
            }

            Assert.Equal(sum, read[i] * (double)factor, (inputs + 8) * Math.Pow(2, -23) * magnitudes);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_rows_bits_are_the_same_however_many_rows_there_are_and_whoever_adds_up(WeightFormat format, int group)
    {
        const int Rows = 131;
        const int Outputs = 40;
        const int Inputs = 2_080;
        var layer = W4Layer.Random(new Random(7), format, Outputs, Inputs, group);
        var x = Array.ConvertAll(TestRows.Values(new Random(8), Rows * Inputs), TestRows.Bits);
        using var device = new EmulatedDevice(seed: 9);
        using var scene = new W4Scene(device, layer);
        Assert.Equal(4, scene.Shape.Slices);
        var all = scene.Multiply(x, 128, hasBlockPerSlice: false);
        foreach (var blockRows in BlockRows)
        {
            foreach (var rows in new[] { 1, 33, Rows })
            {
                Assert.Equal(all[..(rows * Outputs)], scene.Multiply(x[..(rows * Inputs)], blockRows, hasBlockPerSlice: true));
                Assert.Equal(all[..(rows * Outputs)], scene.Multiply(x[..(rows * Inputs)], blockRows, hasBlockPerSlice: false));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_row_that_is_no_number_harms_no_other_and_outputs_are_rounded_to_BF16(WeightFormat format, int group)
    {
        const int Rows = 21;
        const int Outputs = 16;
        const int Inputs = 80;
        var layer = W4Layer.Random(new Random(1), format, Outputs, Inputs, group);
        var x = Array.ConvertAll(TestRows.Values(new Random(2), Rows * Inputs), TestRows.Bits);
        using var device = new EmulatedDevice();
        using var scene = new W4Scene(device, layer);
        var expected = Array.ConvertAll(scene.Multiply(x, 64, hasBlockPerSlice: false), BatchLLM.Engine.Reference.ReferenceRounding.BFloat16);
        x.AsSpan(5 * Inputs, Inputs).Fill(TestRows.Bits(float.NaN));

        var read = Array.ConvertAll(scene.Multiply<ushort>(x, 64, hasBlockPerSlice: false, ElementType.BFloat16), TestRows.Value);

        Assert.All(read[(5 * Outputs)..(6 * Outputs)], value => Assert.True(float.IsNaN(value)));
        Assert.Equal(expected[..(5 * Outputs)], read[..(5 * Outputs)]);
        Assert.Equal(expected[(6 * Outputs)..], read[(6 * Outputs)..]);
    }

    // [outputs, inputs] of all parts
    private static float[] Weights(LinearWeight[] parts) => [.. parts.SelectMany(part =>
    {
        var weights = new float[part.OutputCount * part.InputCount];
        part.ReadFloats(0, weights);
        return weights;
    })];
}
