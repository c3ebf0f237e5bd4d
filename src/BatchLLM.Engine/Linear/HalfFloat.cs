using System.Runtime.Intrinsics;

namespace BatchLLM.Engine.Linear;

/// <summary>IEEE half precision to float32; exact, subnormals, infinities and NaN included.</summary>
internal static unsafe class HalfFloat
{
    /// <summary>Widens elements.</summary>
    /// <param name="source">F16 bits. // [count]</param>
    /// <param name="destination">Receives float32. // [count]</param>
    /// <param name="count">How many.</param>
    public static void Widen(ushort* source, float* destination, int count)
    {
        var i = 0;
        for (; i <= count - 16; i += 16)
        {
            var (low, high) = Vector256.Widen(Vector256.Load(source + i));
            Widen(low).Store(destination + i);
            Widen(high).Store(destination + i + 8);
        }

        for (; i < count; i++)
        {
            destination[i] = (float)BitConverter.UInt16BitsToHalf(source[i]);
        }
    }

    // Exponent and mantissa put where float32 has them are the value times 2^-112; all ones in the exponent stay all ones.
    private static Vector256<float> Widen(Vector256<uint> bits)
    {
        var exponent = Vector256.Create(0x7C00u);
        var value = (((bits & Vector256.Create(0x7FFFu)) << 13).AsSingle() * Vector256.Create(MathF.ScaleB(1, 112))).AsUInt32();
        var special = Vector256.Equals(bits & exponent, exponent) & Vector256.Create(0x7F800000u);
        return (value | special | ((bits & Vector256.Create(0x8000u)) << 16)).AsSingle();
    }
}
