using BatchLLM.Checkpoints.Formats;
using BatchLLM.Cuda.Devices;
using BatchLLM.Engine.Reference;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>Matrix products, which a library computes on a GPU.</summary>
internal static class ProductVectors
{
    // Of a sum's terms: at most 4,096 by sixteens one after the other, each addition off by 2^-24. Hopper's tensor cores keep 14 bits
    // of FP8's partial sums (DeepSeek-V3, arXiv 2412.19437, 3.3.2).
    private const double FloatError = 1.0 / (1 << 16);
    private const double Fp8Error = 1.0 / (1 << 12);

    private const double BFloat16Error = 1.0 / (1 << 8);

    /// <summary>A product.</summary>
    /// <param name="input">Of both sides.</param>
    /// <param name="output">Of the result.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">A multiple of 16.</param>
    /// <param name="depth">A multiple of 16.</param>
    public static KernelVector Of(ElementType input, ElementType output, int rows, int columns, int depth) => new(
        $"product {rows} x {columns} x {depth}, {input} to {output}", device => Run(device, input, output, rows, columns, depth));

    private static VectorResult Run(IDevice device, ElementType input, ElementType output, int rows, int columns, int depth)
    {
        var random = new Random(depth);
        var (x, xMemory) = Operand(device, random, input, rows * depth);
        var (w, wMemory) = Operand(device, random, input, columns * depth);
        using var y = device.Allocate((long)rows * columns * output.Bytes());
        device.Multiply(new MatrixProduct(xMemory.Address, wMemory.Address, y.Address, rows, columns, depth, input, output));
        var read = Read(device, y, output);
        xMemory.Dispose();
        wMemory.Dispose();
        return VectorResult.Of(read, Enumerable.Range(0, read.Length).Select(i => FaultOf(
            x.AsSpan(i / columns * depth, depth), w.AsSpan(i % columns * depth, depth), read[i], i, Error(input), output)).FirstOrDefault(fault => fault is not null));
    }

    private static (float[] Values, DeviceMemory Memory) Operand(IDevice device, Random random, ElementType type, int count)
    {
        if (type == ElementType.Int8)
        {
            var integers = Enumerable.Range(0, count).Select(_ => (sbyte)random.Next(-127, 128)).ToArray();
            return (Array.ConvertAll(integers, v => (float)v), device.Store(integers));
        }

        var values = TestRows.Values(random, count);
        if (type == ElementType.E4M3)
        {
            var codes = Array.ConvertAll(values, E4M3.Encode);
            return (Array.ConvertAll(codes, E4M3.Decode), device.Store(codes));
        }

        values = Array.ConvertAll(values, ReferenceRounding.BFloat16);
        return (values, device.Store(Array.ConvertAll(values, TestRows.Bits)));
    }

    private static double[] Read(IDevice device, DeviceMemory y, ElementType output) => output switch
    {
        ElementType.Int32 => Array.ConvertAll(device.Read<int>(y), v => (double)v),
        ElementType.BFloat16 => Array.ConvertAll(device.Read<ushort>(y), v => (double)TestRows.Value(v)),
        _ => Array.ConvertAll(device.Read<float>(y), v => (double)v),
    };

    private static double Error(ElementType input) => input switch
    {
        ElementType.Int8 => 0,
        ElementType.E4M3 => Fp8Error,
        _ => FloatError,
    };

    private static string? FaultOf(
        ReadOnlySpan<float> x, ReadOnlySpan<float> w, double read, int place, double error, ElementType output)
    {
        var (sum, magnitude) = (0.0, 0.0);
        for (var i = 0; i < x.Length; i++)
        {
            sum += (double)x[i] * w[i];
            magnitude += Math.Abs((double)x[i] * w[i]);
        }

        var tolerance = error * magnitude + (output == ElementType.BFloat16 ? BFloat16Error * Math.Abs(sum) : 0);
        return Math.Abs(read - sum) <= tolerance ? null : $"element {place}: {read}, not {sum} within {tolerance}";
    }
}
