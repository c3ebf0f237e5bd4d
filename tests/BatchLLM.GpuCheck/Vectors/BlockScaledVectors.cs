using BatchLLM.Checkpoints.Formats;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>Products of FP4 with a scale for each 16 elements, which Blackwell's library computes.</summary>
internal static class BlockScaledVectors
{
    // Of a sum's terms: nothing is documented of Blackwell's partial sums; what Hopper keeps of FP8's is half of this.
    private const double Error = 1.0 / (1 << 12);

    /// <summary>All of them: rows and columns beyond the first tile, blocks that fill no tile, and the shapes of a model.</summary>
    public static IEnumerable<KernelVector> All => new[] { (1, 16, 32), (131, 144, 96), (16, 6_144, 4_096) }.Select(s => Of(s.Item1, s.Item2, s.Item3));

    /// <summary>A product to float32.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">A multiple of 16.</param>
    /// <param name="depth">A multiple of 32.</param>
    public static KernelVector Of(int rows, int columns, int depth) => new($"product {rows} x {columns} x {depth} of FP4 with scales", device =>
    {
        var random = new Random(SceneSeed.Of(rows, columns, depth));
        using var x = new Operand(device, random, rows, depth);
        using var w = new Operand(device, random, columns, depth);
        using var y = device.Allocate((long)rows * columns * sizeof(float));
        device.Multiply(new MatrixProduct(x.Codes, w.Codes, y.Address, rows, columns, depth, ElementType.E2M1, ElementType.Float32)
        {
            XScales = x.Scales,
            WScales = w.Scales,
        });
        var read = device.Read<float>(y);
        var faults = Enumerable.Range(0, read.Length).Select(i => FaultOf(x.Row(i / columns), w.Row(i % columns), read[i], i));
        return VectorResult.Of(read, faults.FirstOrDefault(fault => fault is not null));
    });

    private static string? FaultOf(ReadOnlySpan<float> x, ReadOnlySpan<float> w, float read, int place)
    {
        var (sum, magnitude) = (0.0, 0.0);
        for (var k = 0; k < x.Length; k++)
        {
            sum += (double)x[k] * w[k];
            magnitude += Math.Abs((double)x[k] * w[k]);
        }

        return Math.Abs(read - sum) <= Error * magnitude ? null : $"element {place}: {read}, not {sum} within {Error * magnitude}";
    }

    private sealed class Operand : IDisposable
    {
        private readonly float[] _values;
        private readonly int _depth;
        private readonly DeviceMemory _codes;
        private readonly DeviceMemory _scales;

        public Operand(IDevice device, Random random, int rows, int depth)
        {
            var codes = new byte[rows * depth / 2];
            var tiles = new byte[BlockScaleTiles.ByteCount(rows, depth)];
            (_values, _depth) = (new float[rows * depth], depth);
            random.NextBytes(codes);
            for (var i = 0; i < _values.Length; i++)
            {
                var (row, block) = (i / depth, i % depth / BlockScaleTiles.BlockSize);
                var scale = 1 + (row * 7 + block * 3) % 13;
                tiles[BlockScaleTiles.Offset(row, block, depth)] = E4M3.Encode(scale);
                _values[i] = E2M1.Decode(codes[i / 2] >> i % 2 * 4) * scale;
            }

            (_codes, _scales) = (device.Store(codes), device.Store(tiles));
        }

        public ulong Codes => _codes.Address;

        public ulong Scales => _scales.Address;

        public ReadOnlySpan<float> Row(int row) => _values.AsSpan(row * _depth, _depth);

        public void Dispose()
        {
            _codes.Dispose();
            _scales.Dispose();
        }
    }
}
