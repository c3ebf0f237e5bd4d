using BatchLLM.Checkpoints;

namespace BatchLLM.Engine.Linear;

/// <summary>The two 16-bit float types that weights come in.</summary>
internal static unsafe class SixteenBits
{
    /// <summary>True for BF16 and F16.</summary>
    public static bool Has(TensorType type) => type is TensorType.BF16 or TensorType.F16;

    /// <summary>Widens elements to float32; exact.</summary>
    /// <param name="type">BF16 or F16.</param>
    /// <param name="source">Bits. // [count]</param>
    /// <param name="destination">Receives float32. // [count]</param>
    /// <param name="count">How many.</param>
    public static void Widen(TensorType type, ushort* source, float* destination, int count)
    {
        if (type == TensorType.BF16)
        {
            BrainFloat.Widen(source, destination, count);
        }
        else
        {
            HalfFloat.Widen(source, destination, count);
        }
    }
}
