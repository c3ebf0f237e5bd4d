using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Reference;
using Xunit;

namespace BatchLLM.Tests.Engine.Linear;

public class Int8ProductTests
{
    [Theory]
    [InlineData(1, 16, 16, 16)]
    [InlineData(7, 33, 131, 16)]
    [InlineData(101, 70, 259, 64)]
    public unsafe void Integer_products_are_exact(int rows, int outputs, int inputs, int width)
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var weight = RandomLinear.Create(random, WeightFormat.Int8, outputs, inputs);
        var codes = new byte[outputs * inputs];
        var scales = new float[outputs];
        weight.ReadCodes(0, codes);
        weight.ReadScales(0, scales);
        using var packed = new PackedMatrix(width, new InputRounding(InputRoundingKind.Int8PerRow, 1), weight);
        using var a = new MatrixBuffer(rows, inputs);
        using var c = new MatrixBuffer(rows, packed.ColumnCount);
        for (var i = 0; i < rows * inputs; i++)
        {
            a.Rows[i / inputs][i % inputs] = random.NextSingle() - 0.5f;
        }

        using var pool = new BatchLLM.Engine.Threading.WorkerPool(2);
        using var layers = new LinearLayers(pool, rows, [packed]);
        layers.Multiply(packed, a.Rows, c.Rows, rows);
        layers.Multiply(packed, a.Rows, c.Rows, rows, adds: true);
        for (var row = 0; row < rows; row++)
        {
            var x = new Span<float>(a.Rows[row], inputs).ToArray();
            var largest = x.Max(MathF.Abs);
            for (var n = 0; n < outputs; n++)
            {
                var sum = Enumerable.Range(0, inputs)
                    .Sum(k => (int)MathF.Round(x[k] * (127 / largest), MidpointRounding.ToEven) * (sbyte)codes[n * inputs + k]);
                var once = largest / 127 * (scales[n] * sum);
                Assert.True(once + once == c.Rows[row][n], $"seed {seed}, row {row}, output {n}");
            }
        }
    }

    [Fact]
    public unsafe void A_row_that_is_not_finite_stays_so_and_touches_no_other()
    {
        var weight = RandomLinear.Create(new Random(1), WeightFormat.Int8, 16, 32);
        using var packed = new PackedMatrix(16, new InputRounding(InputRoundingKind.Int8PerRow, 1), weight);
        using var a = new MatrixBuffer(2, 32);
        using var c = new MatrixBuffer(2, 16);
        a.Rows[0][3] = float.NaN;
        a.Rows[1][3] = 1;
        using var pool = new BatchLLM.Engine.Threading.WorkerPool(1);
        using var layers = new LinearLayers(pool, 2, [packed]);
        layers.Multiply(packed, a.Rows, c.Rows, 2);
        Assert.True(float.IsNaN(c.Rows[0][0]));
        Assert.True(float.IsFinite(c.Rows[1][0]));
    }

    [Fact]
    public void A_row_of_zeros_is_zeros() =>
        Assert.Equal(new float[8], ReferenceRounding.Round(new float[8], new InputRounding(InputRoundingKind.Int8PerRow, 1)));
}
