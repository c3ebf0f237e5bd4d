using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>Residual and norm.</summary>
internal static class NormVectors
{
    private const int Rows = 3;
    private const float Epsilon = 1e-5f;
    private const float StaticScale = 0.02f;

    // Sums of squares in another order than the reference's: 2^-24 for each of some dozen additions.
    private const float Error = 2e-6f;

    /// <summary>A norm behind a product.</summary>
    /// <param name="form">Of what is written.</param>
    /// <param name="product">What is added: BF16 or int32.</param>
    /// <param name="hidden">Elements of a row.</param>
    /// <param name="scaled">Whether the product has scales of rows and columns.</param>
    public static KernelVector Of(InputForm form, ElementType product, int hidden, bool scaled) => new(
        $"norm of {hidden}, {product} to {form}", device => Run(device, form, product, hidden, scaled));

    private static VectorResult Run(IDevice device, InputForm form, ElementType type, int hidden, bool scaled)
    {
        var random = new Random(hidden);
        var (product, productMemory) = TestRows.Product(device, random, type, Rows * hidden);
        using var freed = productMemory;
        var x = TestRows.Values(random, Rows * hidden);
        var (weight, rowScales, columnScales) =
            (TestRows.Scales(random, hidden), TestRows.Scales(random, Rows), TestRows.Scales(random, hidden));
        var scale = type == ElementType.Int32 ? 1e-9f : 0.75f;
        float[] sums = [.. x.Select((value, i) =>
            value + (scaled ? product[i] * (scale * rowScales[i / hidden]) * columnScales[i % hidden] : product[i] * scale))];
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
        var read = output.Read();
        float[][] expected = [.. Enumerable.Range(0, Rows).Select(row => Norm(sums.AsSpan(row * hidden, hidden), weight))];
        return VectorResult.Of(
            read, VectorResult.FaultOf(sums, device.Read<float>(residual)) ?? RoundedRows.FaultOf(expected, read, form, StaticScale, Error));
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
