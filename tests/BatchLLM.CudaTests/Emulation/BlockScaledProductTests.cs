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

    public static TheoryData<int, int, int> Shapes => new()
    {
        { 1, 16, 32 },
        { 131, 144, 96 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_product_multiplies_each_block_by_its_scale(int rows, int columns, int depth) =>
        EveryOrder.HoldsInOne(BlockScaledVectors.Of(rows, columns, depth));

    [Fact]
    public void A_device_before_Blackwell_multiplies_no_FP4()
    {
        using var hopper = new EmulatedDevice(major: 9);
        Assert.Throws<BatchLLMException>(() => hopper.Prepare(new MatrixProduct(0, 0, 0, 16, 16, 32, ElementType.E2M1, ElementType.BFloat16)));
    }
}
