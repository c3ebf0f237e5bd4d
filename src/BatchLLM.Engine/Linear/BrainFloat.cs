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
}
