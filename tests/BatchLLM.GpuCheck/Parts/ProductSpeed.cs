using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Blas;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.GpuCheck.Reports;

namespace BatchLLM.GpuCheck.Parts;

/// <summary>How fast a model's products are, by number of rows; each with the algorithm that was chosen by trying.</summary>
/// <param name="device">The device.</param>
/// <param name="config">The model's numbers.</param>
/// <param name="rows">Numbers of rows, the largest first.</param>
/// <param name="weightBytes">Of weights that repeated products go through in turn, so that no cache holds them.</param>
internal sealed class ProductSpeed(IDevice device, LlamaConfig config, IReadOnlyList<int> rows, long weightBytes)
{
    private const int Repeats = 20;

    private (string Name, int Columns, int Depth)[] Layers =>
    [
        ("qkv", (config.HeadCount + 2 * config.KvHeadCount) * config.HeadSize, config.HiddenSize),
        ("output", config.HiddenSize, config.HeadCount * config.HeadSize),
        ("gate and up", 2 * config.IntermediateSize, config.HiddenSize),
        ("down", config.HiddenSize, config.IntermediateSize),
    ];

    /// <summary>Measures all.</summary>
    public IEnumerable<CheckResult> Run()
    {
        foreach (var type in new[] { ElementType.E4M3, ElementType.BFloat16 })
        {
            foreach (var (name, columns, depth) in Layers)
            {
                var copies = (int)Math.Max(1, weightBytes / ((long)columns * depth * type.Bytes()));
                using var x = Filled((long)rows[0] * depth, type);
                using var w = Filled((long)copies * columns * depth, type);
                using var y = device.Allocate((long)rows[0] * columns * sizeof(ushort));
                foreach (var count in rows)
                {
                    var product = new MatrixProduct(x.Address, w.Address, y.Address, count, columns, depth, type, ElementType.BFloat16);
                    yield return Measure($"{name}, {type}, {count} rows", product, copies);
                }
            }
        }
    }

    /// <summary>Whether the library has algorithms of one layer that give a row the same bits for all numbers of rows.</summary>
    public static CheckResult Varying(CudaDevice device) => CheckResult.Of(
        "products give a row the same bits for all numbers of rows", device.VaryingProducts.Count == 0, string.Join("; ", device.VaryingProducts));

    private CheckResult Measure(string name, MatrixProduct product, int copies)
    {
        var bytes = (double)product.Columns * product.Depth * product.InputType.Bytes();
        device.Multiply(product);
        var milliseconds = device.Milliseconds(() =>
        {
            for (var i = 0; i < Repeats; i++)
            {
                device.Multiply(product with { W = product.W + (ulong)(i % copies * bytes) });
            }
        }) / Repeats;
        var operations = 2.0 * product.Rows * product.Columns * product.Depth;
        return CheckResult.Measured(
            name, operations / milliseconds / 1e9, "TFLOP/s", $"{milliseconds * 1000:0} us, weights at {bytes / milliseconds / 1e6:0} GB/s");
    }

    // The library's own trials have the same numbers: random, since zeros run faster, and so small that no sum overflows.
    private DeviceMemory Filled(long count, ElementType type)
    {
        var memory = device.Allocate(count * type.Bytes());
        using var fill = new RandomFill(device, new RandomDraws(1, TrialNumbers.Of(type).AsMemory(0, (1 << 16) * type.Bytes()), type.Bytes()));
        fill.Run(count, memory.Address);
        return memory;
    }
}
