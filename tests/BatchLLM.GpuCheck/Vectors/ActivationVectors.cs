using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>silu(gate) up.</summary>
internal static class ActivationVectors
{
    private const int Rows = 3;
    private const float StaticScale = 0.01f;

    // 2^x and 1 / x are approximate on a GPU, a few units in the last place each.
    private const float Error = 4e-6f;

    /// <summary>An activation.</summary>
    /// <param name="form">Of what is written.</param>
    /// <param name="product">What is read: BF16 or int32.</param>
    /// <param name="width">Elements of a row.</param>
    /// <param name="scaled">Whether the product has scales of rows and columns.</param>
    public static KernelVector Of(InputForm form, ElementType product, int width, bool scaled) => new(
        $"activation of {width}, {product} to {form}", device => Run(device, form, product, width, scaled));

    private static VectorResult Run(IDevice device, InputForm form, ElementType type, int width, bool scaled)
    {
        var random = new Random(width);
        var (product, productMemory) = TestRows.Product(device, random, type, Rows * 2 * width);
        using var freed = productMemory;
        var (rowScales, columnScales) = (TestRows.Scales(random, Rows), TestRows.Scales(random, 2 * width));
        var scale = type == ElementType.Int32 ? 1e-9f : 2;
        float At(int row, int column) => product[row * 2 * width + column] * scale * (scaled ? rowScales[row] * columnScales[column] : 1);
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
        var read = output.Read();
        float[][] expected =
            [.. Enumerable.Range(0, Rows).Select(row => Enumerable.Range(0, width).Select(i => Silu(At(row, i)) * At(row, i + width)).ToArray())];
        return VectorResult.Of(read, RoundedRows.FaultOf(expected, read, form, StaticScale, Error));
    }

    private static float Silu(float x) => (float)(x / (1 + Math.Exp(-x)));
}
