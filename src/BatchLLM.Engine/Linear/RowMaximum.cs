using System.Runtime.Intrinsics;

namespace BatchLLM.Engine.Linear;

/// <summary>The largest magnitude of a row; NaN if there is one.</summary>
internal static unsafe class RowMaximum
{
    /// <summary>Finds it.</summary>
    /// <param name="x">// [count]</param>
    /// <param name="count">Elements.</param>
    public static float OfMagnitudes(float* x, int count)
    {
        // Magnitudes order as their bits do, and NaN stands above infinity.
        var lanes = Vector256<int>.Zero;
        var i = 0;
        for (; i <= count - 8; i += 8)
        {
            lanes = Vector256.Max(lanes, Vector256.Load((int*)x + i) & Vector256.Create(int.MaxValue));
        }

        var largest = 0f;
        for (var lane = 0; lane < 8; lane++)
        {
            largest = MathF.Max(largest, BitConverter.Int32BitsToSingle(lanes[lane]));
        }

        for (; i < count; i++)
        {
            largest = MathF.Max(largest, MathF.Abs(x[i]));
        }

        return largest;
    }
}
