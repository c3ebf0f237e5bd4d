namespace BatchLLM.CudaTests.Kernels;

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
