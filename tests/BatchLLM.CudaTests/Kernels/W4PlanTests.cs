using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Cuda.Kernels;
using BatchLLM.Cuda.Weights;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

public sealed class W4PlanTests
{
    private const int H200Multiprocessors = 132;
    private const int H200SharedBytes = 227 * 1024;

    private static readonly (int Columns, int Depth)[] Llama8 = [(6_144, 4_096), (4_096, 4_096), (28_672, 4_096), (4_096, 14_336)];

    public static TheoryData<WeightFormat, int> Formats => new()
    {
        { WeightFormat.Nvfp4, 16 },
        { WeightFormat.Int4, 16 },
        { WeightFormat.Int4, 32 },
        { WeightFormat.Int4, 128 },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public void Few_rows_have_a_block_for_most_multiprocessors_of_an_H200(WeightFormat format, int group)
    {
        foreach (var (columns, depth) in Llama8)
        {
            foreach (var rows in new[] { 1, 16, 17, 64 })
            {
                var launch = W4Plan.Of(new W4Shape(format, columns, depth, group), rows, H200Multiprocessors).Launch;
                var blocks = launch.GridX * launch.GridY * launch.GridZ;
                Assert.InRange(blocks, H200Multiprocessors * 3 / 4, H200Multiprocessors * 2);

                // Two beside each other, but of groups so small that their scales take as much as the codes.
                var isPaired = 2 * (launch.SharedBytes + 1_024) <= H200SharedBytes + 1_024;
                Assert.True(blocks <= H200Multiprocessors || isPaired || (format == WeightFormat.Int4 && group == 16 && rows > 16));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Every_plan_keeps_to_shared_memory_and_to_the_workspace(WeightFormat format, int group)
    {
        foreach (var (columns, depth) in Llama8.Append((128_256, 4_096)).Append((16, 16)).Append((8_192, 28_672)))
        {
            var shape = new W4Shape(format, columns, depth, group);
            Assert.InRange(shape.Slices, 1, Math.Max(1, shape.Tiles / 8));
            foreach (var rows in new[] { 1, 16, 64, 80, 512, 1_024, 4_096 })
            {
                var plan = W4Plan.Of(shape, rows, H200Multiprocessors);
                Assert.True(plan.Launch.GridX * plan.BlockRows >= rows && plan.Launch.GridY * 256 >= columns);
                Assert.InRange(plan.Launch.SharedBytes, 1, H200SharedBytes);
                var (tiles, slices) = ((long)plan.Launch.GridX * plan.Launch.GridY, plan.Launch.GridZ);
                Assert.Equal(plan.HasBlockPerSlice ? shape.Slices : 1, slices);
                Assert.True(!plan.HasBlockPerSlice
                    || (tiles <= W4Plan.MostTiles && tiles * slices * plan.BlockRows * 256 * sizeof(float) <= W4Plan.MostPartialBytes));
            }
        }
    }

    [Fact]
    public void Layers_stay_codes_where_a_product_of_16_inputs_has_one_scale_and_all_have_the_same_factors()
    {
        float[] factors = [.. Enumerable.Repeat(2f, 96)];
        Assert.NotNull(Shape(Numerics.W4A16, Layer(32)));
        Assert.NotNull(Shape(Numerics.W4A16, Layer(32, factors), Layer(32, [.. factors])));
        Assert.Null(Shape(Numerics.W4A16, Layer(32, factors), Layer(32)));
        Assert.Null(Shape(Numerics.W4A16, Layer(32), Layer(16)));
        Assert.Null(Shape(Numerics.W4A16, Layer(24)));
        Assert.Null(Shape(Numerics.W4A16, Layer(8)));
        Assert.Null(Shape(Numerics.Bf16, Layer(32)));
    }

    private static W4Shape? Shape(Numerics numerics, params LinearWeight[] parts) => W4Linear.ShapeOf(numerics, parts, 32);

    private static LinearWeight Layer(int group, float[]? factors = null) =>
        W4Layer.Random(new Random(1), WeightFormat.Int4, 16, 96, group, factors);
}
