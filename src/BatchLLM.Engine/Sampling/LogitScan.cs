using System.Runtime.Intrinsics;
using BatchLLM.Engine.Layers;

namespace BatchLLM.Engine.Sampling;

/// <summary>Passes over one row of logits.</summary>
internal static class LogitScan
{
    /// <summary>True if no logit is infinite or not a number.</summary>
    public static bool AllFinite(ReadOnlySpan<float> logits)
    {
        // Zero times a finite number is zero, and times anything else is not a number, which sticks to the sum.
        var taint = Vector256<float>.Zero;
        var i = 0;
        for (; i <= logits.Length - 8; i += 8)
        {
            taint += Vector256.Create(logits[i..]) * Vector256<float>.Zero;
        }

        var rest = Lanes.Sum(taint);
        for (; i < logits.Length; i++)
        {
            rest += logits[i] * 0;
        }

        return rest == 0;
    }

    /// <summary>Index of the largest logit, the lowest of equal ones. All must be finite.</summary>
    public static int IndexOfMax(ReadOnlySpan<float> logits)
    {
        var max = Max(logits);
        var wanted = Vector256.Create(max);
        var i = 0;
        for (; i <= logits.Length - 8; i += 8)
        {
            if (Vector256.EqualsAny(Vector256.Create(logits[i..]), wanted))
            {
                break;
            }
        }

        while (logits[i] != max)
        {
            i++;
        }

        return i;
    }

    /// <summary>The largest logit. All must be finite.</summary>
    public static float Max(ReadOnlySpan<float> logits)
    {
        var max = Vector256.Create(float.NegativeInfinity);
        var i = 0;
        for (; i <= logits.Length - 8; i += 8)
        {
            max = Vector256.MaxNative(max, Vector256.Create(logits[i..]));
        }

        var rest = Lanes.Max(max);
        for (; i < logits.Length; i++)
        {
            rest = MathF.Max(rest, logits[i]);
        }

        return rest;
    }
}
