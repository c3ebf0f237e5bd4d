namespace BatchLLM.Checkpoints.Onnx;

/// <summary>A decoder's parts as the walk over its graph found them.</summary>
internal sealed class OnnxDecoder
{
    /// <summary>Embedding and norms by their names in safetensors checkpoints.</summary>
    public Dictionary<string, OnnxInitializer> Plain { get; } = new(StringComparer.Ordinal);

    /// <summary>Linear layers.</summary>
    public List<LinearPart> Linears { get; } = [];

    /// <summary>Epsilons of the norms; one, if the model is sound.</summary>
    public HashSet<float> Epsilons { get; } = [];

    /// <summary>Cosine and sine caches of the rotary positions; one pair, if the model is sound.</summary>
    public HashSet<(OnnxInitializer Cosines, OnnxInitializer Sines)> RotaryCaches { get; } = [];
}
