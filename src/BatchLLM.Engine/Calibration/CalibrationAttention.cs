using BatchLLM.Checkpoints;
using BatchLLM.Engine.Attention;

namespace BatchLLM.Engine.Calibration;

/// <summary>Rotation and causal attention over whole sequences, without a cache.</summary>
internal sealed unsafe class CalibrationAttention(LlamaConfig config)
{
    private readonly float[] _frequencies = RopeTable.Frequencies(config); // [headSize / 2]

    /// <summary>Turns the heads of every row by the row's position in its sequence.</summary>
    /// <param name="rows">// [tokens, heads, headSize]</param>
    /// <param name="lengths">Tokens of each sequence. // [sequences]</param>
    public void Rotate(float[] rows, int[] lengths)
    {
        var width = rows.Length / lengths.Sum();
        var start = 0;
        foreach (var length in lengths)
        {
            var first = start;
            Parallel.For(0, length, position => Turn(rows.AsSpan((first + position) * width, width), position));
            start += length;
        }
    }

    /// <summary>Attends within each sequence.</summary>
    /// <param name="queries">Rotated. // [tokens, heads, headSize]</param>
    /// <param name="keys">Rotated. // [tokens, kvHeads, headSize]</param>
    /// <param name="values">// [tokens, kvHeads, headSize]</param>
    /// <param name="mixed">Receives the heads' outputs. // [tokens, heads, headSize]</param>
    /// <param name="lengths">Tokens of each sequence. // [sequences]</param>
    public void Attend(float[] queries, float[] keys, float[] values, float[] mixed, int[] lengths)
    {
        var start = 0;
        foreach (var length in lengths)
        {
            var first = start;
            Parallel.For(0, config.HeadCount, head =>
            {
                fixed (float* q = queries, k = keys, v = values, y = mixed)
                {
                    AttendHead(q, k, v, y, first, length, head);
                }
            });
            start += length;
        }
    }

    private void AttendHead(float* queries, float* keys, float* values, float* mixed, int first, int length, int head)
    {
        var size = config.HeadSize;
        var kvHead = head / (config.HeadCount / config.KvHeadCount);
        var (queryWidth, kvWidth) = (config.HeadCount * size, config.KvHeadCount * size);
        var weights = new float[length]; // [positions]
        for (var position = 0; position < length; position++)
        {
            var offset = (long)(first + position) * queryWidth + head * size;
            var seen = weights.AsSpan(0, position + 1);
            for (var p = 0; p < seen.Length; p++)
            {
                var key = keys + (long)(first + p) * kvWidth + kvHead * size;
                seen[p] = RowProducts.Dot(queries + offset, key, size) / MathF.Sqrt(size);
            }

            Softmax(seen);
            Mix(seen, values + (long)first * kvWidth + kvHead * size, kvWidth, new Span<float>(mixed + offset, size));
        }
    }

    private static void Mix(ReadOnlySpan<float> weights, float* values, int stride, Span<float> mixed)
    {
        mixed.Clear();
        for (var p = 0; p < weights.Length; p++)
        {
            for (var i = 0; i < mixed.Length; i++)
            {
                mixed[i] += weights[p] * values[(long)p * stride + i];
            }
        }
    }

    private static void Softmax(Span<float> scores)
    {
        var max = float.NegativeInfinity;
        foreach (var score in scores)
        {
            max = MathF.Max(max, score);
        }

        var sum = 0f;
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = MathF.Exp(scores[i] - max);
            sum += scores[i];
        }

        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] /= sum;
        }
    }

    // Half-split rotation: element i of a head turns with element i + headSize / 2.
    private void Turn(Span<float> heads, int position)
    {
        var half = _frequencies.Length;
        for (var i = 0; i < half; i++)
        {
            var (sine, cosine) = MathF.SinCos(position * _frequencies[i]);
            for (var start = 0; start < heads.Length; start += 2 * half)
            {
                var (first, second) = (heads[start + i], heads[start + i + half]);
                heads[start + i] = first * cosine - second * sine;
                heads[start + i + half] = second * cosine + first * sine;
            }
        }
    }
}
