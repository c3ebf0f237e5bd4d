using System.Runtime.Intrinsics;

namespace BatchLLM.Engine.Linear;

/// <summary>BF16 is the upper half of a float32; widening is a shift and is exact.</summary>
internal static unsafe class BrainFloat
{
    /// <summary>Widens elements.</summary>
    /// <param name="source">BF16 bits. // [count]</param>
    /// <param name="destination">Receives float32. // [count]</param>
    /// <param name="count">How many.</param>
    public static void Widen(ushort* source, float* destination, int count)
    {
        var i = 0;
        for (; i <= count - 16; i += 16)
        {
            var (low, high) = Vector256.Widen(Vector256.Load(source + i));
            (low << 16).AsSingle().Store(destination + i);
            (high << 16).AsSingle().Store(destination + i + 8);
        }

        for (; i < count; i++)
        {
            destination[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
        }
    }

    /// <summary>Rounds elements, ties to even; NaN stays.</summary>
    /// <param name="source">float32. // [count]</param>
    /// <param name="destination">Receives BF16 bits. // [count]</param>
    /// <param name="count">How many.</param>
    public static void Round(float* source, ushort* destination, int count)
    {
        var i = 0;
        for (; i <= count - 16; i += 16)
        {
            Round(Vector256.Load(source + i), Vector256.Load(source + i + 8)).Store(destination + i);
        }

        for (; i < count; i++)
        {
            destination[i] = Round(source[i]);
        }
    }

    /// <summary>Rounds sixteen values, ties to even; NaN stays.</summary>
    public static Vector256<ushort> Round(Vector256<float> low, Vector256<float> high) => Vector256.Narrow(UpperHalf(low), UpperHalf(high));

    /// <summary>Rounds one value, ties to even; NaN stays.</summary>
    public static ushort Round(float value) => (ushort)UpperHalf(Vector256.Create(value)).ToScalar();

    /// <summary>Puts rows of k two by two into pairs, in place: every value is a BF16 number already.</summary>
    /// <param name="rows">float32 in, pairs out. // [2 units, width] in, [units, width] out</param>
    /// <param name="units">Pairs.</param>
    /// <param name="width">Columns, a multiple of 8.</param>
    public static void PackPairs(float* rows, int units, int width)
    {
        // A row of pairs ends before the rows it is made of, but for the first, which is read before it is written.
        for (var unit = 0; unit < units; unit++)
        {
            for (var column = 0; column < width; column += 8)
            {
                var even = Vector256.Load((uint*)rows + 2 * unit * width + column) >>> 16;
                var odd = Vector256.Load((uint*)rows + (2 * unit + 1) * width + column) & Vector256.Create(0xFFFF0000);
                (even | odd).Store((uint*)rows + unit * width + column);
            }
        }
    }

    private static Vector256<uint> UpperHalf(Vector256<float> value)
    {
        var bits = value.AsUInt32();
        var rounded = bits + Vector256.Create(0x7FFFu) + ((bits >>> 16) & Vector256<uint>.One);
        return Vector256.ConditionalSelect(Vector256.Equals(value, value).AsUInt32(), rounded, bits | Vector256.Create(0x400000u)) >>> 16;
    }
}
