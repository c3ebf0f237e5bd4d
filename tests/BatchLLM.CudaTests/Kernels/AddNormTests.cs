using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.CudaTests.Emulation;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

public sealed class AddNormTests
{
    private const float Epsilon = 1e-5f;
    private const float StaticScale = 0.02f;

    // Sums of squares in another order than the reference's: 2^-24 for each of some dozen additions.
    private const float Error = 2e-6f;

    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (var form in RoundedRows.Forms)
            {
                cases.Add(form.ToString(), 8);
                cases.Add(form.ToString(), 360);
                cases.Add(form.ToString(), 5_000);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Residual_and_norm_are_the_references(string form, int hidden)
    {
        Check(Enum.Parse<InputForm>(form), ElementType.BFloat16, hidden, scaled: false);
        Check(Enum.Parse<InputForm>(form), ElementType.Int32, hidden, scaled: true);
    }

    [Fact]
    public void Only_listed_rows_are_read_and_written()
    {
        const int Hidden = 24;
        var read = EveryOrder.Run(device =>
        {
            using var residual = device.Store(Enumerable.Range(0, 4 * Hidden).Select(i => (float)(i / Hidden)).ToArray());
            using var weight = device.Store(Enumerable.Repeat(1f, Hidden).ToArray());
            using var list = device.Store([3, 1]);
            using var output = new RoundedRows(device, InputForm.BFloat16, 2, Hidden, 1);
            new AddNorm(device, ElementType.BFloat16, InputForm.BFloat16).Launch(2, new AddNormArguments
            {
                RowList = list.Address,
                Residual = residual.Address,
                Weight = weight.Address,
                Output = output.Address,
                Hidden = Hidden,
                Epsilon = 1,
            });
            return output.Read();
        });
        Assert.Equal(3 / MathF.Sqrt(10), read[0], 2e-3f);
        Assert.Equal(1 / MathF.Sqrt(2), read[Hidden], 2e-3f);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void What_is_not_finite_stays_so_and_in_its_row(float bad)
    {
        foreach (var form in RoundedRows.Forms)
        {
            const int Hidden = 32;
            var read = EveryOrder.Run(device =>
            {
                using var residual = device.Store(Enumerable.Range(0, 2 * Hidden).Select(i => i == 5 ? bad : 1f).ToArray());
                using var weight = device.Store(Enumerable.Repeat(1f, Hidden).ToArray());
                using var output = new RoundedRows(device, form, 2, Hidden, StaticScale);
                new AddNorm(device, ElementType.BFloat16, form).Launch(2, new AddNormArguments
                {
                    Residual = residual.Address,
                    Weight = weight.Address,
                    Output = output.Address,
                    OutputScales = output.Scales,
                    Hidden = Hidden,
                    Epsilon = Epsilon,
                    OutputScale = StaticScale,
                });
                return output.Read();
            });
            Assert.Contains(read[..Hidden], value => !float.IsFinite(value));
            Assert.All(read[Hidden..(2 * Hidden)], value => Assert.True(float.IsFinite(value)));
        }
    }

    private static void Check(InputForm form, ElementType type, int hidden, bool scaled)
    {
        const int Rows = 3;
        var expected = new float[Rows][];
        var sums = new float[Rows * hidden];
        var read = EveryOrder.Run(device =>
        {
            var random = new Random(hidden);
            var (product, productMemory) = TestRows.Product(device, random, type, Rows * hidden);
            var x = TestRows.Values(random, Rows * hidden);
            var (weight, rowScales, columnScales) =
                (TestRows.Scales(random, hidden), TestRows.Scales(random, Rows), TestRows.Scales(random, hidden));
            var scale = type == ElementType.Int32 ? 1e-9f : 0.75f;
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] = x[i] + (scaled ? product[i] * (scale * rowScales[i / hidden]) * columnScales[i % hidden] : product[i] * scale);
            }

            for (var row = 0; row < Rows; row++)
            {
                expected[row] = Norm(sums.AsSpan(row * hidden, hidden), weight);
            }

            using var residual = device.Store(x);
            using var weightMemory = device.Store(weight);
            using var rowMemory = device.Store(rowScales);
            using var columnMemory = device.Store(columnScales);
            using var output = new RoundedRows(device, form, Rows, hidden, StaticScale);
            new AddNorm(device, type, form).Launch(Rows, new AddNormArguments
            {
                Product = productMemory.Address,
                RowScales = scaled ? rowMemory.Address : 0,
                ColumnScales = scaled ? columnMemory.Address : 0,
                Residual = residual.Address,
                Weight = weightMemory.Address,
                Output = output.Address,
                OutputScales = output.Scales,
                Hidden = hidden,
                ProductScale = scale,
                OutputScale = StaticScale,
                Epsilon = Epsilon,
            });
            Assert.Equal(sums, device.Read<float>(residual));
            productMemory.Dispose();
            return output.Read();
        });
        RoundedRows.AssertNear(expected, read, form, StaticScale, Error);
    }

    // As ReferenceModel.Norm, with the sum in double.
    private static float[] Norm(ReadOnlySpan<float> x, float[] weight)
    {
        var squares = 0.0;
        foreach (var v in x)
        {
            squares += (double)v * v;
        }

        var scale = 1 / Math.Sqrt(squares / x.Length + Epsilon);
        var y = new float[x.Length];
        for (var i = 0; i < y.Length; i++)
        {
            y[i] = (float)(x[i] * scale * weight[i]);
        }

        return y;
    }
}
