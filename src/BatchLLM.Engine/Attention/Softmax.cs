using System.Runtime.Intrinsics;
using BatchLLM.Engine.Layers;

namespace BatchLLM.Engine.Attention;

/// <summary>Softmax over one row of scores, in place. Lane j of the sums takes positions j, j + 8, …: fixed by position.</summary>
internal static unsafe class Softmax
{
    /// <summary>Turns scores into weights that add up to 1.</summary>
    /// <param name="scores">Room for whole vectors of 8. // [count rounded up to 8]</param>
    /// <param name="count">Scores, at least 1.</param>
    public static void Normalize(float* scores, int count)
    {
        var padded = (count + 7) / 8 * 8;
        for (var i = count; i < padded; i++)
        {
            scores[i] = float.NegativeInfinity;
        }

        var max = Max(scores, padded);
        var sum = Exponentiate(scores, padded, max);
        var factor = Vector256.Create(1 / sum);
        for (var i = 0; i < padded; i += 8)
        {
            (Vector256.Load(scores + i) * factor).Store(scores + i);
        }
    }

    private static float Max(float* scores, int padded)
    {
        var max = Vector256.Load(scores);
        for (var i = 8; i < padded; i += 8)
        {
            max = Vector256.MaxNative(max, Vector256.Load(scores + i));
        }

        return Lanes.Max(max);
    }

    private static float Exponentiate(float* scores, int padded, float max)
    {
        var shift = Vector256.Create(max);
        var sum = Vector256<float>.Zero;
        for (var i = 0; i < padded; i += 8)
        {
            var weight = Vector256.Exp(Vector256.Load(scores + i) - shift);
            weight.Store(scores + i);
            sum += weight;
        }

        return Lanes.Sum(sum);
    }
}
