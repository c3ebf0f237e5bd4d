using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;
using Xunit;

namespace BatchLLM.Tests.Engine.Linear;

public unsafe class MatrixProductTests
{
    private static readonly InstructionSet[] Sets = [InstructionSet.Portable, InstructionSet.Avx2, InstructionSet.Avx512];

    public static TheoryData<WeightFormat, int, bool> Cases()
    {
        var cases = new TheoryData<WeightFormat, int, bool>();
        foreach (var format in Enum.GetValues<WeightFormat>())
        {
            cases.Add(format, 16, false);
            cases.Add(format, 64, false);
            cases.Add(format, 16, true);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_instruction_set_gives_the_bits_of_plain_loops(WeightFormat format, int width, bool hasFactors)
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var depth = format == WeightFormat.Nvfp4 ? 336 : random.Next(150, 190) * 2 + random.Next(2);
        var parts = new[] { 70, 33 }.Select(o => RandomLinear.Create(random, format, o, depth, hasFactors)).ToArray();
        using var weights = new PackedMatrix(width, parts);
        foreach (var rows in new[] { 1, 2, 3, 4, 5, 7, 13, 64, 200 })
        {
            using var a = RandomRows(random, rows, depth);
            var expected = Plain(weights, a.Rows, rows);
            foreach (var set in Sets.Where(s => InstructionSets.Found.Includes(s)))
            {
                using var c = new MatrixBuffer(rows, weights.ColumnCount);
                Multiply(set, weights, a.Rows, c.Rows, rows, ProductEnd.Set);
                AssertSame(expected, c.Rows, rows, $"seed {seed}, {set}, {rows} rows of {depth}");
                Multiply(set, weights, a.Rows, c.Rows, rows, ProductEnd.Add);
                AssertSame(expected.Select(r => r.Select(x => x + x).ToArray()).ToArray(), c.Rows, rows, $"seed {seed}, {set}, added");
            }
        }
    }

    [Theory]
    [InlineData(WeightFormat.Float)]
    [InlineData(WeightFormat.Fp8)]
    public void Gated_results_are_those_of_two_products(WeightFormat format)
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var gate = RandomLinear.Create(random, format, 150, 96);
        var up = RandomLinear.Create(random, format, 150, 96);
        using var weights = new PackedMatrix(16, gate, up);
        foreach (var rows in new[] { 1, 3, 11, 193 })
        {
            using var a = RandomRows(random, rows, 96);
            using var c = new MatrixBuffer(rows, weights.PartColumns[0]);
            Multiply(InstructionSets.Found, weights, a.Rows, c.Rows, rows, ProductEnd.Gate);
            var both = Plain(weights, a.Rows, rows);
            for (var i = 0; i < rows * 150; i++)
            {
                var (row, column) = (i / 150, i % 150);
                double g = both[row][column], u = both[row][weights.PartColumns[0] + column];
                var expected = g / (1 + Math.Exp(-g)) * u;
                Assert.True(
                    Math.Abs(expected - c.Rows[row][column]) <= 1e-6 * Math.Abs(expected) + 1e-30,
                    $"seed {seed}, row {row}, column {column}: {c.Rows[row][column]}, expected {expected}");
            }
        }
    }

    [Theory]
    [InlineData(1, 128, 16, 2)]
    [InlineData(64, 512, 16, 2)]
    [InlineData(193, 3, 64, 16)]
    [InlineData(1000, 33, 16, 1)]
    public void Pieces_cover_every_result_once(int rows, int panels, int width, int workers)
    {
        var plan = ProductPlan.Of(rows, panels, width, workers);
        var seen = new int[rows, panels];
        for (var item = 0; item < plan.Count; item++)
        {
            var piece = plan.Piece(item);
            Assert.InRange(piece.Rows, 1, ProductPlan.MaxChunkRows);
            Assert.InRange(piece.Panels * width, 1, ProductPlan.MaxGroupColumns);
            for (var i = 0; i < piece.Rows * piece.Panels; i++)
            {
                seen[piece.FirstRow + i / piece.Panels, piece.FirstPanel + i % piece.Panels]++;
            }
        }

        Assert.All(seen.Cast<int>(), count => Assert.Equal(1, count));
    }

    private static void Multiply(InstructionSet set, PackedMatrix weights, Matrix a, Matrix c, int rows, ProductEnd end)
    {
        using var kernels = new FloatKernels(set, weights.Width);
        using var product = new MatrixProduct(kernels, 2);
        using var pool = new WorkerPool(2);
        pool.Run(product.Of(weights, a, c, rows, end));
    }

    // Each sum takes its products in ascending k, fused, and is scaled once.
    private static float[][] Plain(PackedMatrix weights, Matrix a, int rows)
    {
        using var scratch = new AlignedBuffer<float>((long)weights.Depth * weights.Width);
        var results = Enumerable.Range(0, rows).Select(_ => new float[weights.ColumnCount]).ToArray();
        for (var panel = 0; panel < weights.PanelCount; panel++)
        {
            var run = weights.Run(panel, 0, weights.Depth, scratch.Pointer);
            for (var i = 0; i < rows * weights.Width; i++)
            {
                var (row, column) = (i / weights.Width, i % weights.Width);
                var sum = 0f;
                for (var k = 0; k < weights.Depth; k++)
                {
                    sum = MathF.FusedMultiplyAdd(a[row][k], run[k * weights.Width + column], sum);
                }

                var scale = weights.Scales(panel) is var scales && scales is null ? 1 : scales[column];
                results[row][panel * weights.Width + column] = sum * scale;
            }
        }

        return results;
    }

    private static MatrixBuffer RandomRows(Random random, int rows, int depth)
    {
        var a = new MatrixBuffer(rows, depth);
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < a.Rows.Stride; i++)
            {
                // What stands behind a row must not matter.
                a.Rows[row][i] = i < depth ? random.NextSingle() - 0.5f : float.NaN;
            }
        }

        return a;
    }

    private static void AssertSame(float[][] expected, Matrix actual, int rows, string because)
    {
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < expected[row].Length; column++)
            {
                var (left, right) = (expected[row][column], actual[row][column]);
                Assert.True(left == right, $"{because}: row {row}, column {column}: {right:R}, expected {left:R}");
            }
        }
    }
}
