using System.Runtime.InteropServices;
using Iced.Intel;

namespace BatchLLM.Tests.Engine.Assembly;

/// <summary>What each vector instruction computes, written as plainly as the manual has it.</summary>
internal static class LaneOperations
{
    /// <summary>All that are known.</summary>
    public static Dictionary<Mnemonic, LaneOperation> Table { get; } = new[]
    {
        Floats((_, a, b) => a + b, Mnemonic.Vaddps),
        Floats((_, a, b) => a - b, Mnemonic.Vsubps),
        Floats((_, a, b) => a * b, Mnemonic.Vmulps),
        Floats((c, a, b) => MathF.FusedMultiplyAdd(a, b, c), Mnemonic.Vfmadd231ps),
        Floats((c, a, b) => MathF.FusedMultiplyAdd(a, c, b), Mnemonic.Vfmadd213ps),
        Ints((_, a, b, _) => a + b, Mnemonic.Vpaddd),
        Ints((_, a, b, _) => a - b, Mnemonic.Vpsubd),
        Ints((_, a, b, _) => a * b, Mnemonic.Vpmulld),
        Ints((_, a, b, _) => a & b, Mnemonic.Vpand, Mnemonic.Vpandd, Mnemonic.Vpandq, Mnemonic.Vandps),
        Ints((_, a, b, _) => ~a & b, Mnemonic.Vpandn, Mnemonic.Vpandnd, Mnemonic.Vandnps),
        Ints((_, a, b, _) => a | b, Mnemonic.Vpor, Mnemonic.Vpord, Mnemonic.Vporq, Mnemonic.Vorps),
        Ints((_, a, b, _) => a ^ b, Mnemonic.Vpxor, Mnemonic.Vpxord, Mnemonic.Vpxorq, Mnemonic.Vxorps),
        Ints((_, a, _, shift) => a << shift, Mnemonic.Vpslld),
        Ints((_, a, _, shift) => a >>> shift, Mnemonic.Vpsrld),
        Ints((_, a, _, shift) => a >> shift, Mnemonic.Vpsrad),
        Ints(TernaryLogic, Mnemonic.Vpternlogd, Mnemonic.Vpternlogq),
        Ints((_, a, _, _) => BitConverter.SingleToInt32Bits((float)a), Mnemonic.Vcvtdq2ps),
        Ints((_, a, _, _) => (int)MathF.Round(BitConverter.Int32BitsToSingle(a), MidpointRounding.ToEven), Mnemonic.Vcvtps2dq),
        Words((a, b, _) => (short)(a + b), Mnemonic.Vpaddw),
        Words((a, b, _) => (short)(a - b), Mnemonic.Vpsubw),
        Words((a, b, _) => (short)(a * b), Mnemonic.Vpmullw),
        Words((a, _, shift) => (short)(a << shift), Mnemonic.Vpsllw),
        Words((a, _, shift) => (short)((ushort)a >> shift), Mnemonic.Vpsrlw),
        Words((a, _, shift) => (short)(a >> shift), Mnemonic.Vpsraw),
        Bytes((a, b) => (byte)(a + b), Mnemonic.Vpaddb),
        Bytes((a, b) => (byte)(a - b), Mnemonic.Vpsubb),
        Copies(4, 64, Mnemonic.Vmovups, Mnemonic.Vmovaps, Mnemonic.Vmovdqu, Mnemonic.Vmovdqa, Mnemonic.Vmovdqu32, Mnemonic.Vmovdqa32),
        Copies(8, 64, Mnemonic.Vmovdqu64, Mnemonic.Vmovdqa64),
        Copies(2, 64, Mnemonic.Vmovdqu16),
        Copies(1, 64, Mnemonic.Vmovdqu8),
        Copies(4, 4, Mnemonic.Vmovd, Mnemonic.Vmovss),
        Copies(8, 8, Mnemonic.Vmovq),
        Broadcasts(1, Mnemonic.Vpbroadcastb),
        Broadcasts(2, Mnemonic.Vpbroadcastw),
        Broadcasts(4, Mnemonic.Vbroadcastss, Mnemonic.Vpbroadcastd),
        Broadcasts(8, Mnemonic.Vpbroadcastq),
        Broadcasts(16, Mnemonic.Vbroadcasti128, Mnemonic.Vbroadcastf128, Mnemonic.Vbroadcasti32x4, Mnemonic.Vbroadcastf32x4),
        Widenings<byte, short>(x => x, Mnemonic.Vpmovzxbw),
        Widenings<byte, int>(x => x, Mnemonic.Vpmovzxbd),
        Widenings<ushort, int>(x => x, Mnemonic.Vpmovzxwd),
        Widenings<sbyte, short>(x => x, Mnemonic.Vpmovsxbw),
        Widenings<sbyte, int>(x => x, Mnemonic.Vpmovsxbd),
        Widenings<short, int>(x => x, Mnemonic.Vpmovsxwd),
        Widenings<Half, float>(x => (float)x, Mnemonic.Vcvtph2ps),
        Of(2, ToBrainFloats, Mnemonic.Vcvtneps2bf16),
        Of(2, TwoToBrainFloats, Mnemonic.Vcvtne2ps2bf16),
        Of(4, DotProducts.BrainFloats, Mnemonic.Vdpbf16ps),
        Of(4, DotProducts.Shorts, Mnemonic.Vpmaddwd),
        Of(4, DotProducts.AddedShorts, Mnemonic.Vpdpwssd),
        Of(2, DotProducts.SaturatedBytes, Mnemonic.Vpmaddubsw),
        Of(4, DotProducts.AddedBytes, Mnemonic.Vpdpbusd),
        Of(8, TestNone, Mnemonic.Vptestnmw),
        Of(1, Permutations.Bytes, Mnemonic.Vpshufb),
        Of(4, Permutations.Elements<int>, Mnemonic.Vpermd, Mnemonic.Vpermps),
        Of(2, Permutations.Elements<short>, Mnemonic.Vpermw),
        Of(4, (d, a, _, s) => Permutations.Extract(d, a, s), Mnemonic.Vextracti128, Mnemonic.Vextractf128, Mnemonic.Vextracti64x4, Mnemonic.Vextractf64x4),
        Of(1, (d, a, b, s) => Permutations.Interleave<byte>(d, a, b, s, 0), Mnemonic.Vpunpcklbw),
        Of(1, (d, a, b, s) => Permutations.Interleave<byte>(d, a, b, s, 1), Mnemonic.Vpunpckhbw),
        Of(2, (d, a, b, s) => Permutations.Interleave<short>(d, a, b, s, 0), Mnemonic.Vpunpcklwd),
        Of(2, (d, a, b, s) => Permutations.Interleave<short>(d, a, b, s, 1), Mnemonic.Vpunpckhwd),
        Of(4, (d, a, b, s) => Permutations.Interleave<int>(d, a, b, s, 0), Mnemonic.Vpunpckldq),
        Of(4, (d, a, b, s) => Permutations.Interleave<int>(d, a, b, s, 1), Mnemonic.Vpunpckhdq),
        Of(8, (d, a, b, s) => Permutations.Interleave<long>(d, a, b, s, 0), Mnemonic.Vpunpcklqdq),
        Of(8, (d, a, b, s) => Permutations.Interleave<long>(d, a, b, s, 1), Mnemonic.Vpunpckhqdq),
    }.SelectMany(pairs => pairs).ToDictionary();

    private delegate void Lanes<T>(Span<T> destination, ReadOnlySpan<T> first, ReadOnlySpan<T> second, int immediate);

    private static IEnumerable<KeyValuePair<Mnemonic, LaneOperation>> Of(int elementBytes, LaneFunction compute, params Mnemonic[] names) =>
        names.Select(name => KeyValuePair.Create(name, new LaneOperation(elementBytes, compute)));

    private static IEnumerable<KeyValuePair<Mnemonic, LaneOperation>> Of<T>(Lanes<T> compute, Mnemonic[] names)
        where T : unmanaged
    {
        var elementBytes = Marshal.SizeOf<T>();
        return Of(elementBytes, (d, a, b, s) => compute(Cast<T>(d[..s.Bytes]), Cast<T>(a), Cast<T>(b), s.Immediate), names);
    }

    private static IEnumerable<KeyValuePair<Mnemonic, LaneOperation>> Floats(Func<float, float, float, float> lane, params Mnemonic[] names) =>
        Of<float>((d, a, b, _) => ForEach(d.Length, d, a, b, lane), names);

    private static IEnumerable<KeyValuePair<Mnemonic, LaneOperation>> Ints(Func<int, int, int, int, int> lane, params Mnemonic[] names) =>
        Of<int>((d, a, b, immediate) => ForEach(d.Length, d, a, b, (z, x, y) => lane(z, x, y, immediate)), names);

    private static IEnumerable<KeyValuePair<Mnemonic, LaneOperation>> Words(Func<short, short, int, short> lane, params Mnemonic[] names) =>
        Of<short>((d, a, b, immediate) => ForEach(d.Length, d, a, b, (_, x, y) => lane(x, y, immediate)), names);

    private static IEnumerable<KeyValuePair<Mnemonic, LaneOperation>> Bytes(Func<byte, byte, byte> lane, params Mnemonic[] names) =>
        Of<byte>((d, a, b, _) => ForEach(d.Length, d, a, b, (_, x, y) => lane(x, y)), names);

    private static void ForEach<T>(int count, Span<T> d, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Func<T, T, T, T> lane)
    {
        for (var i = 0; i < count; i++)
        {
            d[i] = lane(d[i], a[i], b[i]);
        }
    }

    private static IEnumerable<KeyValuePair<Mnemonic, LaneOperation>> Copies(int elementBytes, int most, params Mnemonic[] names) =>
        Of(elementBytes, (d, a, _, s) =>
        {
            d.Clear();
            a[..Math.Min(s.Bytes, most)].CopyTo(d);
        }, names);

    private static IEnumerable<KeyValuePair<Mnemonic, LaneOperation>> Broadcasts(int elementBytes, params Mnemonic[] names) =>
        Of(Math.Min(elementBytes, 8), (d, a, _, s) =>
        {
            for (var at = 0; at < s.Bytes; at += elementBytes)
            {
                a[..elementBytes].CopyTo(d[at..]);
            }
        }, names);

    private static IEnumerable<KeyValuePair<Mnemonic, LaneOperation>> Widenings<TFrom, TTo>(Func<TFrom, TTo> widen, params Mnemonic[] names)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        return Of(Marshal.SizeOf<TTo>(), (d, a, _, s) =>
        {
            var to = Cast<TTo>(d[..s.Bytes]);
            var from = Cast<TFrom>(a);
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = widen(from[i]);
            }
        }, names);
    }

    private static int TernaryLogic(int c, int a, int b, int table)
    {
        var result = 0;
        for (var bit = 0; bit < 32; bit++)
        {
            var index = (c >> bit & 1) << 2 | (a >> bit & 1) << 1 | (b >> bit & 1);
            result |= (table >> index & 1) << bit;
        }

        return result;
    }

    // The destination is a mask: a bit for each word whose common bits are all zero.
    private static void TestNone(Span<byte> d, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, LaneShape shape)
    {
        var mask = 0UL;
        for (var i = 0; i < shape.Bytes / 2; i++)
        {
            mask |= (Cast<short>(a)[i] & Cast<short>(b)[i]) == 0 ? 1UL << i : 0;
        }

        BitConverter.TryWriteBytes(d, mask);
    }

    private static void ToBrainFloats(Span<byte> d, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, LaneShape shape)
    {
        d.Clear();
        var to = Cast<ushort>(d);
        var from = Cast<float>(a);
        for (var i = 0; i < shape.Bytes / 2; i++)
        {
            to[i] = BrainFloatArithmetic.Round(from[i]);
        }
    }

    // The second source fills the lower half.
    private static void TwoToBrainFloats(Span<byte> d, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, LaneShape shape)
    {
        var half = shape.Bytes / 4;
        var to = Cast<ushort>(d);
        for (var i = 0; i < half; i++)
        {
            to[i] = BrainFloatArithmetic.Round(Cast<float>(b)[i]);
            to[half + i] = BrainFloatArithmetic.Round(Cast<float>(a)[i]);
        }
    }

    private static Span<T> Cast<T>(Span<byte> bytes)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(bytes);

    private static ReadOnlySpan<T> Cast<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(bytes);
}
