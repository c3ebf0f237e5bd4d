namespace BatchLLM.Checkpoints.Onnx;

/// <summary>Looks at every scale before any is used: one that is no number would silently spoil all that follows.</summary>
internal static class ScaleCheck
{
    private const int ChunkElements = 1 << 16;

    /// <summary>Refuses scales or factors that are not positive and finite.</summary>
    /// <exception cref="OnnxRefusal">One is not; the message names tensor and element.</exception>
    public static void Positive(OnnxGraph graph, OnnxInitializer tensor)
    {
        if (!tensor.Type.IsFloat())
        {
            throw graph.Refuse($"{tensor.Label} and holds scales; expected FLOAT16, FLOAT or BFLOAT16");
        }

        Check(graph, tensor, value => value > 0 && float.IsFinite(value), "a positive finite scale");
    }

    /// <summary>Refuses zero points that are not whole numbers from 0 to 15.</summary>
    /// <returns>The tensor.</returns>
    /// <exception cref="OnnxRefusal">One is not; the message names tensor and element.</exception>
    public static Tensor Nibbles(OnnxGraph graph, OnnxInitializer tensor)
    {
        Check(graph, tensor, value => value is >= 0 and <= 15 && value == MathF.Truncate(value), "a whole zero point from 0 to 15");
        return tensor.Data;
    }

    private static void Check(OnnxGraph graph, OnnxInitializer tensor, Predicate<float> isSound, string expected)
    {
        var values = new float[Math.Min(ChunkElements, tensor.ElementCount)];
        for (var start = 0L; start < tensor.ElementCount; start += values.Length)
        {
            var chunk = values.AsSpan(0, (int)Math.Min(values.Length, tensor.ElementCount - start));
            tensor.Data.ReadFloats(start, chunk);
            for (var i = 0; i < chunk.Length; i++)
            {
                if (!isSound(chunk[i]))
                {
                    throw graph.Refuse(FormattableString.Invariant(
                        $"tensor '{tensor.Name}' holds {chunk[i]} at element {start + i}; expected {expected}"));
                }
            }
        }
    }
}
