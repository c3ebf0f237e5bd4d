using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.CudaTests.Emulation;
using BatchLLM.GpuCheck.Vectors;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

public sealed class AddNormTests
{
    private const float Epsilon = 1e-5f;
    private const float StaticScale = 0.02f;

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
        EveryOrder.Holds(NormVectors.Of(Enum.Parse<InputForm>(form), ElementType.BFloat16, hidden, scaled: false));
        EveryOrder.Holds(NormVectors.Of(Enum.Parse<InputForm>(form), ElementType.Int32, hidden, scaled: true));
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
}
