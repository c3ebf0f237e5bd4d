using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Formats;
using BatchLLM.Engine.Linear;

namespace BatchLLM.Engine.Attention;

/// <summary>What one element of the KV cache is stored as: float32, BF16, or an E4M3 code under a scale.</summary>
internal static unsafe class KvElements
{
    /// <summary>Bytes of an element.</summary>
    public static int Bytes(KvPrecision precision) => precision switch
    {
        KvPrecision.Fp8 => sizeof(byte),
        KvPrecision.Bf16 => sizeof(ushort),
        _ => sizeof(float),
    };

    /// <summary>Stores elements.</summary>
    /// <param name="precision">As what.</param>
    /// <param name="source">// [count]</param>
    /// <param name="destination">// [count]</param>
    /// <param name="count">How many.</param>
    /// <param name="scale">Of the codes.</param>
    public static void Encode(KvPrecision precision, float* source, byte* destination, int count, float scale)
    {
        var bytes = Bytes(precision);
        var i = 0;
        for (; i <= count - 8; i += 8)
        {
            EncodeVector(precision, source + i, destination + i * bytes, scale);
        }

        if (i < count)
        {
            EncodeRest(precision, new ReadOnlySpan<float>(source + i, count - i), destination + i * bytes, scale);
        }
    }

    /// <summary>Reads elements.</summary>
    /// <param name="precision">BF16 or FP8; float32 is read where it stands.</param>
    /// <param name="source">// [count]</param>
    /// <param name="destination">// [count]</param>
    /// <param name="count">How many, a multiple of 8.</param>
    /// <param name="scale">Of the codes.</param>
    public static void Decode(KvPrecision precision, byte* source, float* destination, int count, float scale)
    {
        if (precision == KvPrecision.Bf16)
        {
            BrainFloat.Widen((ushort*)source, destination, count);
            return;
        }

        // Codes of a row that was not finite come out as 480: its own logits are not finite anyway, and no other row reads them.
        for (var i = 0; i < count; i += 8)
        {
            (SmallFloats.DecodeE4M3(source + i) * Vector256.Create(scale)).Store(destination + i);
        }
    }

    /// <summary>Eight values as BF16, ties to even; NaN stays NaN.</summary>
    public static Vector128<ushort> ToBFloat16(Vector256<float> values)
    {
        var bits = values.AsInt32();
        var rounded = bits + Vector256.Create(0x7FFF) + ((bits >>> 16) & Vector256<int>.One);
        var quiet = bits | Vector256.Create(0x40_0000);
        var kept = Vector256.ConditionalSelect(Vector256.Equals(values, values).AsInt32(), rounded, quiet) >>> 16;
        return Vector128.Narrow(kept.GetLower().AsUInt32(), kept.GetUpper().AsUInt32());
    }

    /// <summary>Eight values as E4M3, the same codes as <see cref="E4M3.Encode"/> gives.</summary>
    public static Vector64<byte> ToE4M3(Vector256<float> values)
    {
        var rounded = SmallFloats.RoundE4M3(values);
        var magnitude = Vector256.Abs(rounded);

        // Exponents 120 and above are normal codes from 8 on; below, codes count steps of 2^-9.
        var normal = (magnitude.AsInt32() >>> 20) - Vector256.Create((127 - 7) << 3);
        var subnormal = Vector256.ConvertToInt32(magnitude * 512);
        var isSmall = Vector256.LessThan(magnitude, Vector256.Create(1f / 64)).AsInt32();
        var code = Vector256.ConditionalSelect(isSmall, subnormal, normal) | ((values.AsInt32() >>> 24) & Vector256.Create(0x80));
        code = Vector256.ConditionalSelect(Vector256.Equals(values, values).AsInt32(), code, Vector256.Create(0x7F));
        var shorts = Vector128.Narrow(code.GetLower(), code.GetUpper());
        return Vector64.Narrow(shorts.AsUInt16().GetLower(), shorts.AsUInt16().GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EncodeVector(KvPrecision precision, float* source, byte* destination, float scale)
    {
        var values = Vector256.Load(source);
        switch (precision)
        {
            case KvPrecision.Fp8:
                ToE4M3(values / Vector256.Create(scale)).Store(destination);
                break;
            case KvPrecision.Bf16:
                ToBFloat16(values).Store((ushort*)destination);
                break;
            default:
                values.Store((float*)destination);
                break;
        }
    }

    private static void EncodeRest(KvPrecision precision, ReadOnlySpan<float> source, byte* destination, float scale)
    {
        var padded = stackalloc float[8];
        var encoded = stackalloc byte[8 * sizeof(float)];
        var bytes = source.Length * Bytes(precision);
        source.CopyTo(new Span<float>(padded, 8));
        EncodeVector(precision, padded, encoded, scale);
        new ReadOnlySpan<byte>(encoded, bytes).CopyTo(new Span<byte>(destination, bytes));
    }
}
