using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using BatchLLM.Checkpoints.Formats;

namespace BatchLLM.Engine.Linear;

/// <summary>E4M3 and E2M1, eight at a time; the same bits as <see cref="E4M3"/> and <see cref="E2M1"/> give one at a time.</summary>
internal static unsafe class SmallFloats
{
    private static readonly Vector256<float> Magnitudes = Vector256.Create(0, 0.5f, 1, 1.5f, 2, 3, 4, 6);

    /// <summary>Eight E4M3 codes as float32; NaN codes come out as ±480 and must have been refused before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> DecodeE4M3(byte* codes)
    {
        return DecodeE4M3(Widen(codes));
    }

    // A code's exponent and mantissa put where float32 has them are its value times 2^-120, subnormals included.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> DecodeE4M3(Vector256<int> wide)
    {
        var magnitude = (wide & Vector256.Create(0x7F)) << 20;
        var sign = (wide & Vector256.Create(0x80)) << 24;
        return (magnitude | sign).AsSingle() * Vector256.Create(1.329227995784916e36f);
    }

    /// <summary>One E4M3 code of each of eight pairs as float32.</summary>
    /// <param name="pairs">// [8]</param>
    /// <param name="which">0 for the lower code of a pair, 1 for the upper.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> DecodeE4M3(ushort* pairs, int which)
    {
        var wide = Vector256.WidenLower(Vector128.Load(pairs).ToVector256Unsafe()).AsInt32() >>> (8 * which);
        return DecodeE4M3(wide);
    }

    /// <summary>Eight E2M1 codes, one per lane, in its lowest four bits; the others do not matter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> DecodeE2M1(Vector256<int> codes)
    {
        var sign = (codes << 28) & Vector256.Create(int.MinValue);
        var magnitude = Avx2.IsSupported
            ? Avx2.PermuteVar8x32(Magnitudes, codes)
            : Vector256.Shuffle(Magnitudes, codes & Vector256.Create(7));
        return (magnitude.AsInt32() | sign).AsSingle();
    }

    /// <summary>Eight values rounded to what E4M3 holds, ties to even, saturated at ±448; NaN stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> RoundE4M3(Vector256<float> values)
    {
        var limit = Vector256.Create(E4M3.MaxValue);
        var clamped = Vector256.Min(Vector256.Max(values, -limit), limit);

        // 20 of 23 mantissa bits go: add half of the lowest kept bit less one, and one more if that bit is set.
        var bits = clamped.AsInt32();
        var odd = (bits >>> 20) & Vector256<int>.One;
        var normal = ((bits + Vector256.Create(0x7FFFF) + odd) & Vector256.Create(~0xFFFFF)).AsSingle();

        // Below 2^-6 codes are multiples of 2^-9, which is the last bit of numbers near 1.5 x 2^14.
        var anchor = Vector256.Create(1.5f * 16384);
        var subnormal = clamped + anchor - anchor;
        var rounded = Vector256.ConditionalSelect(
            Vector256.LessThan(Vector256.Abs(clamped), Vector256.Create(1f / 64)), subnormal, normal);
        return Vector256.ConditionalSelect(Vector256.Equals(values, values), rounded, values);
    }

    /// <summary>Eight bytes, one per lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Widen(byte* bytes) =>
        Vector256.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)bytes).AsByte()).ToVector256Unsafe()).AsInt32();
}
