using System.Runtime.Intrinsics;

namespace BatchLLM.Engine.Attention;

/// <summary>
/// The two products of attention over one KV block, for two query heads that share its keys and values. One accumulator
/// per result, in ascending order of what is summed, as in the linear layers.
/// </summary>
/// <remarks>
/// Two heads of four vectors make eight chains, which is what hides the latency of fused multiply-add. A single head is
/// given twice; the second result is the same bits in the same place.
/// </remarks>
internal static unsafe class AttentionKernel
{
    /// <summary>Positions that are scored together: four vectors.</summary>
    private const int Strip = 32;

    /// <summary>Scores of two queries against a block's positions.</summary>
    /// <param name="query0">// [headSize]</param>
    /// <param name="query1">// [headSize]</param>
    /// <param name="keys">// [headSize, blockTokens]</param>
    /// <param name="scores0">Receives whole vectors, beyond the needed ones with leftovers. // [blockTokens]</param>
    /// <param name="scores1">The same for the second query. // [blockTokens]</param>
    /// <param name="headSize">Width of a head.</param>
    /// <param name="blockTokens">Positions of a block, a multiple of 8.</param>
    /// <param name="needed">Positions that matter.</param>
    public static void Score(
        float* query0, float* query1, float* keys, float* scores0, float* scores1, int headSize, int blockTokens, int needed)
    {
        var slot = 0;
        for (; slot < needed - 8 && slot + Strip <= blockTokens; slot += Strip)
        {
            ScoreStrip(query0, query1, keys + slot, scores0 + slot, scores1 + slot, headSize, blockTokens);
        }

        for (; slot < needed; slot += 8)
        {
            Vector256<float> s0 = default, s1 = default;
            for (var i = 0; i < headSize; i++)
            {
                var k = Vector256.Load(keys + slot + i * blockTokens);
                s0 = Vector256.FusedMultiplyAdd(Vector256.Create(query0[i]), k, s0);
                s1 = Vector256.FusedMultiplyAdd(Vector256.Create(query1[i]), k, s1);
            }

            s0.Store(scores0 + slot);
            s1.Store(scores1 + slot);
        }
    }

    private static void ScoreStrip(
        float* query0, float* query1, float* keys, float* scores0, float* scores1, int headSize, int blockTokens)
    {
        Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default;
        Vector256<float> b0 = default, b1 = default, b2 = default, b3 = default;
        for (var i = 0; i < headSize; i++)
        {
            var a = Vector256.Create(query0[i]);
            var b = Vector256.Create(query1[i]);
            var k = Vector256.Load(keys);
            a0 = Vector256.FusedMultiplyAdd(a, k, a0);
            b0 = Vector256.FusedMultiplyAdd(b, k, b0);
            k = Vector256.Load(keys + 8);
            a1 = Vector256.FusedMultiplyAdd(a, k, a1);
            b1 = Vector256.FusedMultiplyAdd(b, k, b1);
            k = Vector256.Load(keys + 16);
            a2 = Vector256.FusedMultiplyAdd(a, k, a2);
            b2 = Vector256.FusedMultiplyAdd(b, k, b2);
            k = Vector256.Load(keys + 24);
            a3 = Vector256.FusedMultiplyAdd(a, k, a3);
            b3 = Vector256.FusedMultiplyAdd(b, k, b3);
            keys += blockTokens;
        }

        Store(scores0, a0, a1, a2, a3);
        Store(scores1, b0, b1, b2, b3);
    }

    /// <summary>Adds a block's values, weighted for two heads, in ascending position.</summary>
    /// <param name="weights0">// [count]</param>
    /// <param name="weights1">// [count]</param>
    /// <param name="values">// [count, stride]</param>
    /// <param name="sums0">Receives the sum on top of what stands there. // [stride]</param>
    /// <param name="sums1">The same for the second head. // [stride]</param>
    /// <param name="count">Positions.</param>
    /// <param name="stride">Width of a value, a multiple of 8.</param>
    public static void Accumulate(
        float* weights0, float* weights1, float* values, float* sums0, float* sums1, int count, int stride)
    {
        var i = 0;
        for (; i + Strip <= stride; i += Strip)
        {
            AccumulateStrip(weights0, weights1, values + i, sums0 + i, sums1 + i, count, stride);
        }

        for (; i < stride; i += 8)
        {
            Vector256<float> s0 = Vector256.Load(sums0 + i), s1 = Vector256.Load(sums1 + i);
            for (var p = 0; p < count; p++)
            {
                var v = Vector256.Load(values + i + p * stride);
                s0 = Vector256.FusedMultiplyAdd(Vector256.Create(weights0[p]), v, s0);
                s1 = Vector256.FusedMultiplyAdd(Vector256.Create(weights1[p]), v, s1);
            }

            s0.Store(sums0 + i);
            s1.Store(sums1 + i);
        }
    }

    private static void AccumulateStrip(
        float* weights0, float* weights1, float* values, float* sums0, float* sums1, int count, int stride)
    {
        Vector256<float> a0 = Vector256.Load(sums0), a1 = Vector256.Load(sums0 + 8);
        Vector256<float> a2 = Vector256.Load(sums0 + 16), a3 = Vector256.Load(sums0 + 24);
        Vector256<float> b0 = Vector256.Load(sums1), b1 = Vector256.Load(sums1 + 8);
        Vector256<float> b2 = Vector256.Load(sums1 + 16), b3 = Vector256.Load(sums1 + 24);
        for (var p = 0; p < count; p++)
        {
            var a = Vector256.Create(weights0[p]);
            var b = Vector256.Create(weights1[p]);
            var v = Vector256.Load(values);
            a0 = Vector256.FusedMultiplyAdd(a, v, a0);
            b0 = Vector256.FusedMultiplyAdd(b, v, b0);
            v = Vector256.Load(values + 8);
            a1 = Vector256.FusedMultiplyAdd(a, v, a1);
            b1 = Vector256.FusedMultiplyAdd(b, v, b1);
            v = Vector256.Load(values + 16);
            a2 = Vector256.FusedMultiplyAdd(a, v, a2);
            b2 = Vector256.FusedMultiplyAdd(b, v, b2);
            v = Vector256.Load(values + 24);
            a3 = Vector256.FusedMultiplyAdd(a, v, a3);
            b3 = Vector256.FusedMultiplyAdd(b, v, b3);
            values += stride;
        }

        Store(sums0, a0, a1, a2, a3);
        Store(sums1, b0, b1, b2, b3);
    }

    private static void Store(
        float* destination, Vector256<float> first, Vector256<float> second, Vector256<float> third, Vector256<float> fourth)
    {
        first.Store(destination);
        second.Store(destination + 8);
        third.Store(destination + 16);
        fourth.Store(destination + 24);
    }
}
