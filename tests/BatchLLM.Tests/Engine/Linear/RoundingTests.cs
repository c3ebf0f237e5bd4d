using System.Runtime.Intrinsics;
using BatchLLM.Checkpoints.Formats;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Reference;
using Xunit;

namespace BatchLLM.Tests.Engine.Linear;

public class RoundingTests
{
    [Fact]
    public void Eight_E4M3_roundings_at_a_time_are_the_bits_of_one_at_a_time()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var values = Enumerable.Range(0, 256).Select(c => E4M3.Decode((byte)c)).Where(float.IsFinite).Distinct().Order().ToList();
        var ties = values.Zip(values.Skip(1), (a, b) => (a + b) / 2).ToList();
        var neighbours = ties.Concat(values).SelectMany(v => new[] { v, MathF.BitIncrement(v), MathF.BitDecrement(v) });
        var noise = Enumerable.Range(0, 20_000).Select(_ => (random.NextSingle() - 0.5f) * MathF.ScaleB(1, random.Next(-14, 12)));
        foreach (var value in neighbours.Concat(noise).Concat([1e30f, -1e30f, float.PositiveInfinity, float.NegativeInfinity, 464, 449]))
        {
            var rounded = SmallFloats.RoundE4M3(Vector256.Create(value))[5];
            Assert.True(E4M3.Round(value) == rounded, $"seed {seed}: {value:R} became {rounded:R}, expected {E4M3.Round(value):R}");
        }

        Assert.True(float.IsNaN(SmallFloats.RoundE4M3(Vector256.Create(float.NaN))[0]));
    }

    [Theory]
    [InlineData((int)InputRoundingKind.E4M3Static, 53)]
    [InlineData((int)InputRoundingKind.E4M3PerRow, 53)]
    [InlineData((int)InputRoundingKind.Nvfp4, 64)]
    public unsafe void Rows_are_rounded_as_in_plain_loops_and_nothing_behind_them_changes(int kind, int depth)
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        using var rows = new MatrixBuffer(20, depth);
        var rounding = new InputRounding((InputRoundingKind)kind, 0.0173f);
        var expected = new float[20][];
        for (var row = 0; row < 20; row++)
        {
            var x = Enumerable.Range(0, depth).Select(_ => row == 7 ? 0 : (random.NextSingle() - 0.5f) * (row + 1)).ToArray();
            x.CopyTo(new Span<float>(rows.Rows[row], depth));
            rows.Rows[row][depth] = 99;
            expected[row] = ReferenceRounding.Round(x, rounding);
        }

        var rounder = new RowRounder().Of(rows.Rows, 20, depth, rounding);
        for (var item = 0; item < rounder.Count; item++)
        {
            rounder.Run(item, 0);
        }

        for (var row = 0; row < 20; row++)
        {
            Assert.True(expected[row].AsSpan().SequenceEqual(new Span<float>(rows.Rows[row], depth)), $"seed {seed}, row {row}");
            Assert.Equal(99, rows.Rows[row][depth]);
        }
    }

    [Fact]
    public void The_specification_s_activation_block_comes_out()
    {
        // Worked example: input scale 40 / 2688, block scale 60 (code 67).
        float[] x = [0.5f, -1.25f, 3, 0.1f, -0.75f, 2.2f, -4.8f, 0, 0.3f, 1, -2, 0.6f, 5.5f, -0.2f, 0.05f, 1.6f];
        int[] codes = [1, 11, 5, 0, 10, 4, 15, 0, 1, 2, 12, 1, 7, 8, 0, 4];
        const float Global = 40f / 2688;
        RowRounder.RoundBlock(x, Global);
        Assert.Equal(codes.Select(c => E2M1.Decode(c) * 60 * Global), x);
    }
}
