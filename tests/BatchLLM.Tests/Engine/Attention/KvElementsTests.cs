using System.Runtime.InteropServices;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Formats;
using BatchLLM.Engine.Attention;
using BatchLLM.Engine.Reference;
using Xunit;

namespace BatchLLM.Tests.Engine.Attention;

public sealed class KvElementsTests
{
    private static readonly float[] Corners =
    [
        0, -0f, 1, -1, 448, 449, 464, 1e9f, -1e9f, 1f / 64, 1f / 512, 1f / 1024, 1.5f / 1024, MathF.BitDecrement(1f / 64),
        float.PositiveInfinity, float.NegativeInfinity, float.NaN, float.Epsilon, 3.3895314e38f, MathF.BitDecrement(1.00390625f), 1.00390625f,
    ];

    public static TheoryData<int> Counts => [1, 7, 8, 13, 16, 64];

    [Theory]
    [MemberData(nameof(Counts))]
    public void E4M3_codes_are_those_of_the_plain_encoder(int count)
    {
        foreach (var (values, where) in Inputs(count))
        {
            var codes = Encode(KvPrecision.Fp8, values, 0.37f);
            Assert.True(values.Select(v => E4M3.Encode(v / 0.37f)).SequenceEqual(codes), where);
        }
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public void BF16_halves_are_those_of_the_plain_rounding(int count)
    {
        foreach (var (values, where) in Inputs(count))
        {
            var halves = MemoryMarshal.Cast<byte, ushort>(Encode(KvPrecision.Bf16, values, 1)).ToArray();
            for (var i = 0; i < count; i++)
            {
                var widened = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
                Assert.True(ReferenceRounding.BFloat16(values[i]).Equals(widened), $"{where}, element {i}, {values[i]:R}");
            }
        }
    }

    [Theory]
    [InlineData(KvPrecision.Bf16)]
    [InlineData(KvPrecision.Fp8)]
    public unsafe void What_was_stored_is_read_back(KvPrecision precision)
    {
        var values = Enumerable.Range(0, 48).Select(i => (i - 20) * 0.5f).ToArray(); // exact in both
        var stored = Encode(precision, values, 0.5f);
        var read = new float[values.Length];
        fixed (byte* source = stored)
        fixed (float* destination = read)
        {
            KvElements.Decode(precision, source, destination, values.Length, 0.5f);
        }

        var expected = precision == KvPrecision.Bf16 ? values : [.. values.Select(v => E4M3.Round(v / 0.5f) * 0.5f)];
        Assert.Equal(expected, read);
    }

    private static IEnumerable<(float[] Values, string Where)> Inputs(int count)
    {
        for (var start = 0; start < Corners.Length; start++)
        {
            yield return ([.. Enumerable.Range(start, count).Select(i => Corners[i % Corners.Length])], $"corner {start}");
        }

        for (var seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            yield return ([.. Enumerable.Range(0, count).Select(_ => Any(random))], $"seed {seed}");
        }
    }

    // Any magnitude that E4M3 tells apart, and some beyond.
    private static float Any(Random random) => (float)((random.NextDouble() * 2 - 1) * Math.Pow(2, random.Next(-14, 11)));

    private static unsafe byte[] Encode(KvPrecision precision, float[] values, float scale)
    {
        var stored = new byte[values.Length * KvElements.Bytes(precision)];
        fixed (float* source = values)
        fixed (byte* destination = stored)
        {
            KvElements.Encode(precision, source, destination, values.Length, scale);
        }

        return stored;
    }
}
