using BatchLLM.Checkpoints.Formats;
using BatchLLM.Cuda.Devices;
using BatchLLM.GpuCheck.Vectors;
using Xunit;

namespace BatchLLM.CudaTests.Emulation;

/// <summary>Products of FP4 with a scale for each 16 elements, and where these scales stand.</summary>
public sealed class BlockScaledProductTests
{
    // Of the figure in NVIDIA's manual, for rows of 7 blocks: two tiles beside each other.
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0, 3, 3)]
    [InlineData(1, 0, 16)]
    [InlineData(31, 0, 496)]
    [InlineData(32, 0, 4)]
    [InlineData(33, 2, 22)]
    [InlineData(127, 3, 511)]
    [InlineData(0, 4, 512)]
    [InlineData(96, 6, 526)]
    [InlineData(128, 0, 1_024)]
    [InlineData(161, 5, 1_557)]
    public void Scales_stand_in_tiles_of_128_rows_by_4_blocks(int row, int block, long offset) =>
        Assert.Equal(offset, BlockScaleTiles.Offset(row, block, depth: 7 * 16));

    [Theory]
    [InlineData(1, 16, 512)]
    [InlineData(128, 64, 512)]
    [InlineData(129, 64, 1_024)]
    [InlineData(128, 80, 1_024)]
    [InlineData(300, 7 * 16, 3 * 1_024)]
    public void They_take_whole_tiles(int rows, int depth, long bytes) => Assert.Equal(bytes, BlockScaleTiles.ByteCount(rows, depth));

    [Fact]
    public void A_product_multiplies_each_block_by_its_scale()
    {
        const int Rows = 131, Columns = 144, Depth = 96;
        var random = new Random(5);
        using var device = new EmulatedDevice();
        var (x, xCodes, xScales) = Operand(device, random, Rows, Depth);
        var (w, wCodes, wScales) = Operand(device, random, Columns, Depth);
        using var y = device.Allocate(Rows * Columns * sizeof(float));
        device.Multiply(new MatrixProduct(xCodes.Address, wCodes.Address, y.Address, Rows, Columns, Depth, ElementType.E2M1, ElementType.Float32)
        {
            XScales = xScales.Address,
            WScales = wScales.Address,
        });

        // Whole numbers of 1/4 below 2^24: exact in any order.
        Assert.Equal(
            from row in Enumerable.Range(0, Rows)
            from column in Enumerable.Range(0, Columns)
            select Enumerable.Range(0, Depth).Sum(k => x[row, k] * w[column, k]),
            device.Read<float>(y));
    }

    private static (float[,] Values, DeviceMemory Codes, DeviceMemory Scales) Operand(EmulatedDevice device, Random random, int rows, int depth)
    {
        var values = new float[rows, depth];
        var codes = new byte[rows * depth / 2];
        var tiles = new byte[BlockScaleTiles.ByteCount(rows, depth)];
        random.NextBytes(codes);
        for (var row = 0; row < rows; row++)
        {
            for (var k = 0; k < depth; k++)
            {
                var scale = 1 + (row * 7 + k / 16 * 3) % 13;
                tiles[BlockScaleTiles.Offset(row, k / 16, depth)] = E4M3.Encode(scale);
                values[row, k] = E2M1.Decode(codes[(row * depth + k) / 2] >> k % 2 * 4) * scale;
            }
        }

        return (values, device.Store(codes), device.Store(tiles));
    }

    [Fact]
    public void A_device_before_Blackwell_multiplies_no_FP4()
    {
        using var hopper = new EmulatedDevice(major: 9);
        Assert.Throws<BatchLLMException>(() => hopper.Prepare(new MatrixProduct(0, 0, 0, 16, 16, 32, ElementType.E2M1, ElementType.BFloat16)));
    }
}
