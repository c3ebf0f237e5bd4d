using System.Runtime.Intrinsics.X86;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Reference;
using BatchLLM.Engine.Threading;
using Xunit;

namespace BatchLLM.Tests.Engine.Linear;

/// <summary>Integer products are the bits of the plain loops, whatever they are computed with.</summary>
public class IntegerLayersTests
{
    private static readonly InputRounding Rounding = new(InputRoundingKind.Int8PerRow, 1);

    public static TheoryData<WeightFormat, int, string> Native()
    {
        var data = new TheoryData<WeightFormat, int, string>();
        string[] sets = ["portable", .. InstructionSets.Found == InstructionSet.Portable ? Array.Empty<string>() : ["avx2", "found"]];
        foreach (var set in sets)
        {
            data.Add(WeightFormat.Int8, 0, set);
            data.Add(WeightFormat.Nvfp4, 16, set);
            data.Add(WeightFormat.Int4, 16, set);
            data.Add(WeightFormat.Int4, 32, set);
            data.Add(WeightFormat.Int4, 128, set);
        }

        return data;
    }

    public static TheoryData<WeightFormat, int, bool, bool, int> Emulated()
    {
        var data = new TheoryData<WeightFormat, int, bool, bool, int>();
        foreach (var (format, block) in new[] { (WeightFormat.Int8, 0), (WeightFormat.Nvfp4, 16), (WeightFormat.Int4, 32) })
        {
            data.Add(format, block, false, false, 1);
            data.Add(format, block, true, false, 1);
            data.Add(format, block, true, true, 1);
            data.Add(format, block, true, true, 2);
            data.Add(format, block, true, true, 3);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Native))]
    public void Products_are_the_bits_of_the_plain_loops(WeightFormat format, int block, string set)
    {
        var instructions = set == "found" ? InstructionSets.Found : InstructionSets.Parse(set);
        foreach (var (rows, outputs, inputs, width) in new[] { (1, 16, 16, 16), (7, 70, 1100, 48), (205, 131, 277, 64) })
        {
            var depth = format == WeightFormat.Nvfp4 ? inputs / 16 * 16 : inputs;
            Check(format, block, rows, outputs, depth, width, () => new IntegerKernels(instructions, width));
        }
    }

    [Theory]
    [MemberData(nameof(Emulated))]
    public void Assembled_tiles_are_the_bits_of_the_plain_loops_on_any_machine(
        WeightFormat format, int block, bool hasDot, bool isWide, int strips)
    {
        Assert.SkipUnless(Avx2.IsSupported, "bytes are expanded with AVX2 where they are multiplied");
        foreach (var rows in new[] { 1, 5, 17 })
        {
            Check(format, block, rows, 40, 96, 16 * strips, () => EmulatedIntegerKernel.All(hasDot, isWide, strips));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(43)]
    public void Amx_tiles_are_the_bits_of_the_plain_loops_on_any_machine(int rows)
    {
        Assert.SkipUnless(Avx2.IsSupported, "bytes are expanded with AVX2 where they are multiplied");
        using var kernels = EmulatedIntegerKernel.All(hasDot: true, isWide: true, strips: 2, hasMatrices: true);
        Assert.Equal((32, 32), (kernels.WholeSums(1, 16).Rows, kernels.WholeSums(43, 48).Rows));

        // The last depth is not of whole tiles, and goes another way.
        foreach (var inputs in new[] { 64, 192, 96 })
        {
            Check(WeightFormat.Int8, 0, rows, 70, inputs, 64, () => kernels);
        }
    }

    [Fact]
    public void The_largest_integers_do_not_overflow()
    {
        foreach (var format in new[] { WeightFormat.Int8, WeightFormat.Nvfp4, WeightFormat.Int4 })
        {
            var weight = RandomLinear.Create(new Random(1), format, 16, 64, extreme: true);
            float[] x = [.. Enumerable.Repeat(1f, 64)];
            AssertSame(weight, [x, [.. x.Select(v => -v)]], 16, new IntegerKernels(InstructionSets.Found, 16), format.ToString());
        }
    }

    [Fact]
    public unsafe void Parts_with_factors_of_their_own_read_inputs_of_their_own()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        LinearWeight[] parts =
        [
            RandomLinear.Create(random, WeightFormat.Int4, 33, 64), RandomLinear.Create(random, WeightFormat.Int4, 16, 64),
            RandomLinear.Create(random, WeightFormat.Int4, 20, 64, hasFactors: true),
        ];
        using var packed = new PackedMatrix(16, Rounding, parts);
        Assert.Equal(2, packed.Inputs.Count);
        var x = Rows(random, 3, 64);
        using var c = Multiply(packed, x, new IntegerKernels(InstructionSets.Found, 16), 1);
        for (var row = 0; row < x.Length; row++)
        {
            var column = 0;
            for (var part = 0; part < parts.Length; part++)
            {
                var expected = ReferenceIntegerProduct.Of(x[row], parts[part]);
                Assert.True(expected.AsSpan().SequenceEqual(new Span<float>(c.Rows[row] + column, expected.Length)), $"seed {seed}");
                column += packed.PartColumns[part];
            }
        }
    }

    [Theory]
    [InlineData(WeightFormat.Int8)]
    [InlineData(WeightFormat.Int4)]
    public unsafe void A_row_that_is_not_finite_stays_so_and_touches_no_other(WeightFormat format)
    {
        var weight = RandomLinear.Create(new Random(1), format, 16, 32);
        using var packed = new PackedMatrix(16, Rounding, weight);
        var x = new float[3][];
        Array.Fill(x, [.. Enumerable.Repeat(1f, 32)]);
        x[0] = [.. x[0].Select((v, i) => i == 3 ? float.NaN : v)];
        x[1] = [.. x[1].Select((v, i) => i == 3 ? float.PositiveInfinity : v)];
        using var c = Multiply(packed, x, new IntegerKernels(InstructionSets.Found, 16), 1);
        Assert.False(float.IsFinite(c.Rows[0][0]));
        Assert.False(float.IsFinite(c.Rows[1][0]));
        Assert.Equal(ReferenceIntegerProduct.Of(x[2], weight), new Span<float>(c.Rows[2], 16).ToArray());
    }

    [Fact]
    public void Rows_of_zeros_and_of_almost_nothing_become_zeros()
    {
        var weight = RandomLinear.Create(new Random(1), WeightFormat.Int8, 16, 32);
        AssertSame(weight, [new float[32], [.. Enumerable.Repeat(1e-40f, 32)]], 16, new IntegerKernels(InstructionSets.Found, 16), "zeros");
    }

    private static void Check(
        WeightFormat format, int block, int rows, int outputs, int inputs, int width, Func<IntegerKernels> kernels)
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        foreach (var hasFactors in new[] { false, format == WeightFormat.Int4 })
        {
            var weight = RandomLinear.Create(random, format, outputs, inputs, hasFactors, blockSize: block);
            AssertSame(weight, Rows(random, rows, inputs), width, kernels(), $"seed {seed}, {rows} rows, width {width}, factors {hasFactors}");
        }
    }

    private static unsafe void AssertSame(LinearWeight weight, float[][] x, int width, IntegerKernels kernels, string because)
    {
        using var packed = new PackedMatrix(width, Rounding, weight);
        using var c = Multiply(packed, x, kernels, 2);
        for (var row = 0; row < x.Length; row++)
        {
            var expected = ReferenceIntegerProduct.Of(x[row], weight);
            for (var n = 0; n < expected.Length; n++)
            {
                var twice = expected[n] + expected[n];
                Assert.True(twice == c.Rows[row][n], $"{because}, row {row}, output {n}: {c.Rows[row][n]:R}, expected {twice:R}");
            }
        }
    }

    // Multiplies so many times, adding from the second on.
    private static unsafe MatrixBuffer Multiply(PackedMatrix packed, float[][] x, IntegerKernels kernels, int times)
    {
        using var a = new MatrixBuffer(x.Length, packed.Depth);
        var c = new MatrixBuffer(x.Length, packed.ColumnCount);
        for (var row = 0; row < x.Length; row++)
        {
            x[row].CopyTo(new Span<float>(a.Rows[row], packed.Depth));
        }

        using var pool = new WorkerPool(2);
        using var layers = new IntegerLayers(pool, kernels, x.Length, [packed]);
        for (var i = 0; i < times; i++)
        {
            layers.Multiply(packed, a.Rows, c.Rows, x.Length, adds: i > 0);
        }

        return c;
    }

    private static float[][] Rows(Random random, int count, int depth) =>
        [.. Enumerable.Range(0, count).Select(row =>
            Enumerable.Range(0, depth).Select(_ => (random.NextSingle() - 0.5f) * (row + 1)).ToArray())];
}
