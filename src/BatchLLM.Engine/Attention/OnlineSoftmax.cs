using System.Runtime.Intrinsics;
using BatchLLM.Engine.Layers;

namespace BatchLLM.Engine.Attention;

/// <summary>
/// Softmax over positions that come chunk by chunk (Milakov and Gimelshein 2018, arXiv 1805.02867): the largest score and the
/// sum of weights so far are kept, and what was added up under a smaller maximum is scaled down when a larger one comes.
/// </summary>
/// <remarks>
/// Chunks begin at fixed positions, and lane j of the sum takes positions j, j + 8, …: a row's bits are fixed by its own
/// positions. A maximum that stays needs no scaling, which would be by exactly 1.
/// </remarks>
internal static unsafe class OnlineSoftmax
{
    /// <summary>Turns a chunk's scores of one query into weights, and takes them into its state.</summary>
    /// <param name="scores">Scores in, weights out; zeros from <paramref name="count"/> on. // [width]</param>
    /// <param name="count">Positions that the query sees; none if not above 0.</param>
    /// <param name="width">Weights that are wanted: a multiple of 8, at least <paramref name="count"/>.</param>
    /// <param name="max">Largest score so far; minus infinity before the first chunk.</param>
    /// <param name="lanes">Sum of the weights so far. // [8]</param>
    /// <param name="sums">Weighted values so far. // [sumWidth]</param>
    /// <param name="sumWidth">A multiple of 8.</param>
    public static void Add(float* scores, int count, int width, ref float max, float* lanes, float* sums, int sumWidth)
    {
        var seen = Math.Max(0, (count + 7) / 8 * 8);
        if (count > 0)
        {
            new Span<float>(scores + count, seen - count).Fill(float.NegativeInfinity);
            Add(scores, seen, ref max, lanes, sums, sumWidth);
        }

        new Span<float>(scores + seen, width - seen).Clear();
    }

    private static void Add(float* scores, int count, ref float max, float* lanes, float* sums, int sumWidth)
    {
        var largest = Max(scores, count);
        if (largest > max)
        {
            Rescale(max - largest, lanes, sums, sumWidth);
            max = largest;
        }

        Exponentiate(scores, count, max, lanes);
    }

    private static float Max(float* scores, int count)
    {
        var max = Vector256.Load(scores);
        for (var i = 8; i < count; i += 8)
        {
            max = Vector256.MaxNative(max, Vector256.Load(scores + i));
        }

        return Lanes.Max(max);
    }

    private static void Rescale(float difference, float* lanes, float* sums, int sumWidth)
    {
        var factor = Exponential.Of(Vector256.Create(difference));
        (Vector256.Load(lanes) * factor).Store(lanes);
        for (var i = 0; i < sumWidth; i += 8)
        {
            (Vector256.Load(sums + i) * factor).Store(sums + i);
        }
    }

    private static void Exponentiate(float* scores, int count, float max, float* lanes)
    {
        var shift = Vector256.Create(max);
        var sum = Vector256.Load(lanes);
        for (var i = 0; i < count; i += 8)
        {
            var weight = Exponential.Of(Vector256.Load(scores + i) - shift);
            weight.Store(scores + i);
            sum += weight;
        }

        sum.Store(lanes);
    }
}
