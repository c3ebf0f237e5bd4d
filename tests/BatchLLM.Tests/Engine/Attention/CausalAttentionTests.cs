using BatchLLM.Checkpoints;
using Xunit;

namespace BatchLLM.Tests.Engine.Attention;

public sealed class CausalAttentionTests
{
    // Sums of up to 200 positions and 72 products in float32, and an e^x within 2^-22; values are below 1.
    private const float Tolerance = 3e-6f;

    public static TheoryData<KvPrecision> Precisions => [.. Enum.GetValues<KvPrecision>()];

    [Theory]
    [MemberData(nameof(Precisions))]
    public void Rows_agree_with_plain_loops_and_are_the_same_bits_alone_and_together(KvPrecision precision)
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            var random = new Random(seed);
            using var fixture = new AttentionFixture(random, precision);
            var step = fixture.MakeStep(random);
            var together = fixture.Attend(step);
            var row = 0;
            foreach (var slice in step.Slices)
            {
                for (var i = 0; i < slice.Count; i++, row++)
                {
                    var alone = fixture.AttendAlone(slice.Sequence, slice.Start + i, row);
                    Assert.True(alone.AsSpan().SequenceEqual(together[row]), $"{precision}, seed {seed}, row {row}: bits differ");
                    var expected = fixture.Plain(slice.Sequence, slice.Start + i, row);
                    var error = expected.Zip(alone, (e, a) => MathF.Abs(e - a)).Max();
                    Assert.True(error <= Tolerance, $"{precision}, seed {seed}, row {row}: error {error}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public void A_row_that_is_not_finite_harms_no_other_sequence(KvPrecision precision)
    {
        using var fixture = new AttentionFixture(new Random(5), precision);
        var step = fixture.MakeStep(new Random(6));
        var before = fixture.Attend(step);
        var bad = step.Slices.FindIndex(slice => slice.Sequence.SharedPrefix is not null);
        var row = step.Slices.Take(bad).Sum(slice => slice.Count);
        fixture.Poison(step.Slices[bad], row);
        var after = fixture.Attend(step);
        for (var other = 0; other < before.Length; other++)
        {
            if (other < row || other >= row + step.Slices[bad].Count)
            {
                Assert.Equal(before[other], after[other]);
            }
        }

        Assert.Contains(after[row + step.Slices[bad].Count - 1], float.IsNaN);
    }
}
