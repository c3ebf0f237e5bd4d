using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Reference;
using BatchLLM.Engine.Threading;
using Xunit;

namespace BatchLLM.Tests.Engine.Linear;

public unsafe class MatrixProductTests
{
    private static readonly InstructionSet[] Sets = [InstructionSet.Portable, InstructionSet.Avx2, InstructionSet.Avx512];
    private static readonly InstructionSet[] PairSets = [InstructionSet.Portable, InstructionSet.Avx512Bf16, InstructionSet.Amx];

    public static TheoryData<WeightFormat, TensorType, int, bool> Cases()
    {
        var cases = new TheoryData<WeightFormat, TensorType, int, bool>();
        foreach (var format in Enum.GetValues<WeightFormat>())
        {
            cases.Add(format, TensorType.F16, 16, false);
            cases.Add(format, TensorType.F16, 64, false);
            cases.Add(format, TensorType.F16, 16, true);
        }

        cases.Add(WeightFormat.Float, TensorType.BF16, 16, false);
        cases.Add(WeightFormat.Float, TensorType.BF16, 64, false);

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_instruction_set_gives_the_bits_of_plain_loops(
        WeightFormat format, TensorType stored, int width, bool hasFactors)
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var depth = format == WeightFormat.Nvfp4 ? 336 : random.Next(150, 190) * 2 + random.Next(2);
        var parts = new[] { 70, 33 }.Select(o => RandomLinear.Create(random, format, o, depth, hasFactors, stored: stored)).ToArray();
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

    public static TheoryData<WeightFormat, int, int> PairCases() => new()
    {
        { WeightFormat.Float, (int)InputRoundingKind.None, 16 },
        { WeightFormat.Float, (int)InputRoundingKind.None, 64 },
        { WeightFormat.Fp8, (int)InputRoundingKind.E4M3Static, 64 },
        { WeightFormat.Fp8, (int)InputRoundingKind.E4M3PerRow, 16 },
        { WeightFormat.Nvfp4, (int)InputRoundingKind.Nvfp4, 64 },
        { WeightFormat.Nvfp4, (int)InputRoundingKind.None, 16 },
    };

    // In double precision: pairs' kernels may sum in any order, but what goes into the sums is exact where the numerics round.
    [Theory]
    [MemberData(nameof(PairCases))]
    public void Pairs_of_BF16_multiply_what_the_numerics_have_rounded(WeightFormat format, int kind, int width)
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var depth = format == WeightFormat.Nvfp4 ? 336 : 331;
        var weight = RandomLinear.Create(random, format, 70, depth, stored: TensorType.BF16);
        using var weights = new PackedMatrix(width, weight);
        Assert.True(weights.IsExactInBrainFloat);
        var rounding = new InputRounding((InputRoundingKind)kind, 0.0021f);
        foreach (var set in PairSets.Where(s => InstructionSets.Found.Includes(s)))
        {
            using var a = RandomRows(random, 33, depth);
            using var c = new MatrixBuffer(33, weights.ColumnCount);
            var rounded = Enumerable.Range(0, 33).Select(r => Rounded(new Span<float>(a.Rows[r], depth), rounding)).ToArray();
            MultiplyPairs(set, weights, a.Rows, c.Rows, 33, rounding);
            AssertClose(weight, rounded, c.Rows, $"seed {seed}, {set}");
            AssertAlone(set, weights, a.Rows[32], c.Rows[32], rounding, $"seed {seed}, {set}");
        }
    }

    // A row's results are the same bits without its neighbours.
    private static void AssertAlone(InstructionSet set, PackedMatrix weights, float* row, float* expected, InputRounding rounding, string because)
    {
        using var alone = new MatrixBuffer(1, weights.ColumnCount);
        MultiplyPairs(set, weights, new Matrix(row, weights.Depth), alone.Rows, 1, rounding);
        for (var column = 0; column < weights.ColumnCount; column++)
        {
            Assert.True(expected[column] == alone.Rows[0][column], $"{because}: column {column} changes with the rows beside it");
        }
    }

    private static float[] Rounded(Span<float> x, InputRounding rounding) => rounding.Kind == InputRoundingKind.None
        ? [.. x.ToArray().Select(v => BitConverter.UInt32BitsToSingle((uint)BrainFloat.Round(v) << 16))]
        : ReferenceRounding.Round(x.ToArray(), rounding);

    private static void AssertClose(LinearWeight weight, float[][] rows, Matrix c, string because)
    {
        var floats = new float[weight.OutputCount * weight.InputCount];
        weight.ReadFloats(0, floats);
        for (var i = 0; i < rows.Length * weight.OutputCount; i++)
        {
            var (row, column) = (i / weight.OutputCount, i % weight.OutputCount);
            var products = rows[row].Select((x, k) => (double)x * floats[column * weight.InputCount + k]).ToArray();
            var allowed = 1e-6 * products.Sum(Math.Abs);
            Assert.True(
                Math.Abs(products.Sum() - c[row][column]) <= allowed,
                $"{because}: row {row}, column {column}: {c[row][column]}, expected {products.Sum()} within {allowed}");
        }
    }

    private static void MultiplyPairs(InstructionSet set, PackedMatrix weights, Matrix a, Matrix c, int rows, InputRounding rounding)
    {
        using var kernels = new ProductKernels(set, weights.Width, takesPairs: true);
        var scratch = ProductScratch.ForWorkers(2);
        var product = new MatrixProduct(kernels, scratch);
        using var pairs = new BrainFloatRows(rows, weights.Depth);
        using var pool = new WorkerPool(2);
        pool.Run(pairs.Of(a, rows, weights.Depth, rounding));
        pool.Run(product.Of(weights, pairs.Input, c, rows));
        Array.ForEach(scratch, s => s.Dispose());
    }

    [Theory]
    [InlineData(1, 6, 128, 16, 2)]
    [InlineData(64, 14, 512, 16, 2)]
    [InlineData(193, 32, 3, 64, 16)]
    [InlineData(1000, 6, 33, 16, 1)]
    public void Pieces_cover_every_result_once(int rows, int tileRows, int panels, int width, int workers)
    {
        var plan = ProductPlan.Of(rows, tileRows, panels, width, workers);
        var seen = new int[rows, panels];
        for (var item = 0; item < plan.Count; item++)
        {
            var piece = plan.Piece(item);
            Assert.InRange(piece.Rows, 1, ProductPlan.MaxChunkRows);
            Assert.Equal(0, piece.FirstRow % tileRows);
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
        using var kernels = new ProductKernels(set, weights.Width, takesPairs: false);
        var scratch = ProductScratch.ForWorkers(2);
        var product = new MatrixProduct(kernels, scratch);
        using var pool = new WorkerPool(2);
        pool.Run(product.Of(weights, new ProductInput(a, null), c, rows, end));
        Array.ForEach(scratch, s => s.Dispose());
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
