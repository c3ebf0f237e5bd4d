namespace BatchLLM.GpuCheck.Vectors;

/// <summary>Attention as its formula says, in float64.</summary>
internal static class AttentionReference
{
    /// <summary>A head's output at a position, and what the rounding of weights may change of it. // [head size]</summary>
    public static (double[] Output, double[] Magnitude) Of(AttentionScene scene, SceneSlice slice, int position, int head)
    {
        var shape = scene.Shape;
        var kvHead = head / (shape.HeadCount / shape.KvHeadCount);
        var query = scene.Query(slice, position, head);
        var scores = new double[position + 1];
        for (var p = 0; p <= position; p++)
        {
            scores[p] = Dot(query, scene.Stored(slice, kvHead, p, isKey: true)) / Math.Sqrt(shape.HeadSize);
        }

        var largest = scores.Max();
        var weights = Array.ConvertAll(scores, score => Math.Exp(score - largest));
        var sum = weights.Sum();
        var (output, magnitude) = (new double[shape.HeadSize], new double[shape.HeadSize]);
        for (var p = 0; p <= position; p++)
        {
            var value = scene.Stored(slice, kvHead, p, isKey: false);
            for (var i = 0; i < shape.HeadSize; i++)
            {
                output[i] += weights[p] / sum * value[i];
                magnitude[i] += weights[p] / sum * Math.Abs(value[i]);
            }
        }

        return (output, magnitude);
    }

    /// <summary>
    /// Whether results in BF16 are the formula's. Weights have 11 bits (F16) or 8 (BF16), so that each is off by half a unit at most, and the
    /// result is BF16. Beside these, float32's own roundings and those of 2^x are small: scores reach 50, where they are 4e-6, and take part
    /// as such.
    /// </summary>
    /// <returns>The first element that is too far off; null if there is none.</returns>
    public static string? FaultOf(AttentionScene scene, AttentionRun run) => scene.Slices
        .SelectMany(slice => Enumerable.Range(slice.Start, slice.Count).Select(position => FaultOf(scene, run, slice, position)))
        .FirstOrDefault(fault => fault is not null);

    private static string? FaultOf(AttentionScene scene, AttentionRun run, SceneSlice slice, int position)
    {
        var ofWeights = scene.Shape.IsFp8 ? Math.Pow(2, -11) : Math.Pow(2, -8);
        var values = run.Values(slice.Id, position);
        for (var head = 0; head < scene.Shape.HeadCount; head++)
        {
            var (output, magnitude) = Of(scene, slice, position, head);
            for (var i = 0; i < output.Length; i++)
            {
                var tolerance = magnitude[i] * (ofWeights + 1e-4) + Math.Abs(output[i]) * Math.Pow(2, -8);
                var actual = values[head * output.Length + i];
                if (!(Math.Abs(actual - output[i]) <= tolerance))
                {
                    return $"{slice}, position {position}, head {head}, element {i}: {actual}, not {output[i]} within {tolerance}";
                }
            }
        }

        return null;
    }

    private static double Dot(float[] one, float[] other)
    {
        var sum = 0.0;
        for (var i = 0; i < one.Length; i++)
        {
            sum += (double)one[i] * other[i];
        }

        return sum;
    }
}
