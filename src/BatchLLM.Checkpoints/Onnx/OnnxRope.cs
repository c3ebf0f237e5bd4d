namespace BatchLLM.Checkpoints.Onnx;

/// <summary>
/// Reads the rotary angles that a graph brings along. They are not computed from the configuration: the model builder
/// scales Llama 3.1's frequencies by another original context than the model was trained with, and calibration saw those.
/// </summary>
internal static class OnnxRope
{
    /// <summary>Reads the caches of all layers, which must be the same.</summary>
    /// <exception cref="OnnxRefusal">They differ, or do not cover the context.</exception>
    public static StoredRope Read(
        OnnxGraph graph, GenaiConfig config, IReadOnlySet<(OnnxInitializer Cosines, OnnxInitializer Sines)> caches)
    {
        var (cosines, sines) = caches.Count == 1
            ? caches.First()
            : throw graph.Refuse($"its layers have {caches.Count} pairs of rotary caches; expected one for all");
        return new StoredRope(config.ContextLength, Angles(graph, config, cosines), Angles(graph, config, sines));
    }

    private static float[] Angles(OnnxGraph graph, GenaiConfig config, OnnxInitializer cache)
    {
        var half = config.HeadSize / 2;
        var count = (long)config.ContextLength * half;
        if (!cache.Type.IsFloat() || cache.Shape is not [var positions, var width] || width != half
            || positions < config.ContextLength || count > Array.MaxLength)
        {
            throw graph.Refuse($"{cache.Label} and holds rotary angles; expected floats of shape [{config.ContextLength}, {half}], " +
                "for every position of context_length");
        }

        var angles = new float[count]; // [positions, headSize / 2]
        cache.Data.ReadFloats(0, angles);
        return Array.TrueForAll(angles, a => Math.Abs(a) <= 1)
            ? angles
            : throw graph.Refuse($"tensor '{cache.Name}' holds values beyond -1 and 1; expected cosines or sines");
    }
}
