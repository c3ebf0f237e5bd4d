using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.CudaTests.Emulation;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

public sealed class ActivationTests
{
    private const float StaticScale = 0.01f;

    // 2^x and 1 / x are approximate on a GPU, a few units in the last place each.
    private const float Error = 4e-6f;

    [Theory]
    [InlineData(8)]
    [InlineData(296)]
    [InlineData(4_360)]
    public void Activation_is_the_references(int width)
    {
        foreach (var form in RoundedRows.Forms)
        {
            Check(form, ElementType.BFloat16, width, scaled: true);
            Check(form, ElementType.Int32, width, scaled: false);
        }
    }

    private static void Check(InputForm form, ElementType type, int width, bool scaled)
    {
        const int Rows = 3;
        var expected = new float[Rows][];
        var read = EveryOrder.Run(device =>
        {
            var random = new Random(width);
            var (product, productMemory) = TestRows.Product(device, random, type, Rows * 2 * width);
            var (rowScales, columnScales) = (TestRows.Scales(random, Rows), TestRows.Scales(random, 2 * width));
            var scale = type == ElementType.Int32 ? 1e-9f : 2;
            for (var row = 0; row < Rows; row++)
            {
                float At(int column) => product[row * 2 * width + column] * scale * (scaled ? rowScales[row] * columnScales[column] : 1);
                expected[row] = [.. Enumerable.Range(0, width).Select(i => Silu(At(i)) * At(i + width))];
            }

            using var rowMemory = device.Store(rowScales);
            using var columnMemory = device.Store(columnScales);
            using var output = new RoundedRows(device, form, Rows, width, StaticScale);
            new Activation(device, type, form).Launch(Rows, new ActivationArguments
            {
                Product = productMemory.Address,
                RowScales = scaled ? rowMemory.Address : 0,
                ColumnScales = scaled ? columnMemory.Address : 0,
                Output = output.Address,
                OutputScales = output.Scales,
                Width = width,
                ProductScale = scale,
                OutputScale = StaticScale,
            });
            productMemory.Dispose();
            return output.Read();
        });
        RoundedRows.AssertNear(expected, read, form, StaticScale, Error);
    }

    private static float Silu(float x) => (float)(x / (1 + Math.Exp(-x)));
}
