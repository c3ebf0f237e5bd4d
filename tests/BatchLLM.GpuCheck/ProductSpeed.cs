using BatchLLM.Cuda.Devices;

namespace BatchLLM.GpuCheck;

/// <summary>How fast the products of Llama 3.1 8B are, by number of rows; each with the algorithm that was chosen by trying.</summary>
internal static class ProductSpeed
{
    private const int Repeats = 20;

    private static readonly (string Name, int Columns, int Depth)[] Layers =
        [("qkv", 6_144, 4_096), ("output", 4_096, 4_096), ("gate and up", 28_672, 4_096), ("down", 4_096, 14_336)];

    private static readonly int[] Rows = [4_096, 1_024, 256, 64, 16];

    public static IEnumerable<CheckResult> Run(CudaDevice device)
    {
        foreach (var type in new[] { ElementType.E4M3, ElementType.BFloat16 })
        {
            foreach (var (name, columns, depth) in Layers)
            {
                using var x = device.Allocate((long)Rows[0] * depth * type.Bytes());
                using var w = device.Allocate((long)columns * depth * type.Bytes());
                using var y = device.Allocate((long)Rows[0] * columns * sizeof(ushort));
                foreach (var rows in Rows)
                {
                    yield return Measure(device, $"{name}, {type}, {rows} rows", new MatrixProduct(
                        x.Address, w.Address, y.Address, rows, columns, depth, type, ElementType.BFloat16));
                }
            }
        }

        yield return CheckResult.Of(
            "products give a row the same bits for all numbers of rows", device.VaryingProducts.Count == 0, string.Join("; ", device.VaryingProducts));
    }

    private static CheckResult Measure(CudaDevice device, string name, MatrixProduct product)
    {
        device.Multiply(product);
        var milliseconds = device.Milliseconds(() =>
        {
            for (var i = 0; i < Repeats; i++)
            {
                device.Multiply(product);
            }
        }) / Repeats;
        var operations = 2.0 * product.Rows * product.Columns * product.Depth;
        var bytes = (double)product.Columns * product.Depth * product.InputType.Bytes();
        return CheckResult.Measured(
            name, operations / milliseconds / 1e9, "TFLOP/s", $"{milliseconds * 1000:0} us, weights at {bytes / milliseconds / 1e6:0} GB/s");
    }
}
