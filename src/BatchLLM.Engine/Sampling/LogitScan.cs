using System.Runtime.Intrinsics;
using BatchLLM.Engine.Layers;

namespace BatchLLM.Engine.Sampling;

/// <summary>One pass over a row of logits that finds what every choice needs.</summary>
internal static class LogitScan
{
    private const int BlockLength = 512;

    /// <summary>Finds the largest logit.</summary>
    /// <returns>Its index, the lowest of equal ones; -1 if some logit is infinite or not a number.</returns>
    public static int IndexOfMax(ReadOnlySpan<float> logits)
    {
        // Block by block, so that only the block with the maximum, in first-level cache still, is searched for its place.
        var (max, bestBlock) = (float.NegativeInfinity, 0);
        for (var start = 0; start < logits.Length; start += BlockLength)
        {
            var block = logits.Slice(start, Math.Min(BlockLength, logits.Length - start));
            if (!TryMax(block, out var largest))
            {
                return -1;
            }

            if (largest > max)
            {
                (max, bestBlock) = (largest, start);
            }
        }

        return bestBlock + logits[bestBlock..].IndexOf(max);
    }

    private static bool TryMax(ReadOnlySpan<float> logits, out float largest)
    {
        // Zero times a finite number is zero, and times anything else is not a number, which sticks to the sum.
        var taint = Vector256<float>.Zero;
        var max = Vector256.Create(float.NegativeInfinity);
        var i = 0;
        for (; i <= logits.Length - 8; i += 8)
        {
            var v = Vector256.Create(logits[i..]);
            taint = Vector256.FusedMultiplyAdd(v, Vector256<float>.Zero, taint);
            max = Vector256.MaxNative(max, v);
        }

        var rest = Lanes.Sum(taint);
        largest = Lanes.Max(max);
        for (; i < logits.Length; i++)
        {
            rest += logits[i] * 0;
            largest = MathF.Max(largest, logits[i]);
        }

        return rest == 0;
    }
}
