using System.Runtime.Intrinsics;

namespace BatchLLM.Engine.Attention;

/// <summary>
/// The two products of attention over one KV block. One accumulator per result, in ascending order of what is summed, as
/// in the linear layers.
/// </summary>
internal static unsafe class AttentionKernel
{
    /// <summary>Scores of one query against a block's positions.</summary>
    /// <param name="query">// [headSize]</param>
    /// <param name="keys">// [headSize, blockTokens]</param>
    /// <param name="scores">Receives them; whole vectors are written, beyond the needed ones with leftovers. // [blockTokens]</param>
    /// <param name="headSize">Width of a head.</param>
    /// <param name="blockTokens">Positions of a block, a multiple of 8.</param>
    /// <param name="needed">Positions that matter.</param>
    public static void Score(float* query, float* keys, float* scores, int headSize, int blockTokens, int needed)
    {
        var slot = 0;
        for (; slot < needed - 8 && slot + 32 <= blockTokens; slot += 32)
        {
            Score32(query, keys + slot, scores + slot, headSize, blockTokens);
        }

        for (; slot < needed; slot += 8)
        {
            var sum = Vector256<float>.Zero;
            for (var i = 0; i < headSize; i++)
            {
                sum = Vector256.FusedMultiplyAdd(Vector256.Create(query[i]), Vector256.Load(keys + slot + i * blockTokens), sum);
            }

            sum.Store(scores + slot);
        }
    }

    // Four chains hide the latency of fused multiply-add.
    private static void Score32(float* query, float* keys, float* scores, int headSize, int blockTokens)
    {
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
        for (var i = 0; i < headSize; i++)
        {
            var q = Vector256.Create(query[i]);
            s0 = Vector256.FusedMultiplyAdd(q, Vector256.Load(keys), s0);
            s1 = Vector256.FusedMultiplyAdd(q, Vector256.Load(keys + 8), s1);
            s2 = Vector256.FusedMultiplyAdd(q, Vector256.Load(keys + 16), s2);
            s3 = Vector256.FusedMultiplyAdd(q, Vector256.Load(keys + 24), s3);
            keys += blockTokens;
        }

        s0.Store(scores);
        s1.Store(scores + 8);
        s2.Store(scores + 16);
        s3.Store(scores + 24);
    }

    /// <summary>Adds weighted values of a block's positions, in ascending order.</summary>
    /// <param name="weights">// [count]</param>
    /// <param name="values">// [count, stride]</param>
    /// <param name="sums">Receives the sum on top of what stands there. // [stride]</param>
    /// <param name="count">Positions.</param>
    /// <param name="stride">Width of a value, a multiple of 8.</param>
    public static void Accumulate(float* weights, float* values, float* sums, int count, int stride)
    {
        var i = 0;
        for (; i + 32 <= stride; i += 32)
        {
            Accumulate32(weights, values + i, sums + i, count, stride);
        }

        for (; i < stride; i += 8)
        {
            var sum = Vector256.Load(sums + i);
            for (var p = 0; p < count; p++)
            {
                sum = Vector256.FusedMultiplyAdd(Vector256.Create(weights[p]), Vector256.Load(values + i + p * stride), sum);
            }

            sum.Store(sums + i);
        }
    }

    private static void Accumulate32(float* weights, float* values, float* sums, int count, int stride)
    {
        Vector256<float> s0 = Vector256.Load(sums), s1 = Vector256.Load(sums + 8);
        Vector256<float> s2 = Vector256.Load(sums + 16), s3 = Vector256.Load(sums + 24);
        for (var p = 0; p < count; p++)
        {
            var w = Vector256.Create(weights[p]);
            s0 = Vector256.FusedMultiplyAdd(w, Vector256.Load(values), s0);
            s1 = Vector256.FusedMultiplyAdd(w, Vector256.Load(values + 8), s1);
            s2 = Vector256.FusedMultiplyAdd(w, Vector256.Load(values + 16), s2);
            s3 = Vector256.FusedMultiplyAdd(w, Vector256.Load(values + 24), s3);
            values += stride;
        }

        s0.Store(sums);
        s1.Store(sums + 8);
        s2.Store(sums + 16);
        s3.Store(sums + 24);
    }
}
