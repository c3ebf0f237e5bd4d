namespace BatchLLM.Checkpoints.Onnx;

/// <summary>The numbers of genai_config.json; the graph holds the others.</summary>
/// <param name="FileName">The decoder's file, beside it.</param>
/// <param name="Logits">Name of the decoder's output.</param>
/// <param name="HiddenSize">Width of the residual stream.</param>
/// <param name="LayerCount">Layers.</param>
/// <param name="HeadCount">Query heads.</param>
/// <param name="KvHeadCount">Key and value heads.</param>
/// <param name="HeadSize">Width of one head.</param>
/// <param name="VocabularySize">Rows of the embedding.</param>
/// <param name="ContextLength">Most positions of one sequence.</param>
/// <param name="StopTokenIds">Ids that end a completion.</param>
internal sealed record GenaiConfig(
    string FileName, string Logits, int HiddenSize, int LayerCount, int HeadCount, int KvHeadCount, int HeadSize,
    int VocabularySize, int ContextLength, IReadOnlyList<int> StopTokenIds)
{
    // Not stored in this layout, and not needed: the angles themselves are. This is what Llama 3 was trained with.
    private const double Llama3Theta = 500_000;

    /// <summary>All of the model's numbers.</summary>
    /// <param name="intermediateSize">Width of the graph's feed-forward part.</param>
    /// <param name="epsilon">Of the graph's norms.</param>
    public LlamaConfig ToLlama(int intermediateSize, float epsilon) => new()
    {
        Architecture = "LlamaForCausalLM",
        HiddenSize = HiddenSize,
        LayerCount = LayerCount,
        HeadCount = HeadCount,
        KvHeadCount = KvHeadCount,
        HeadSize = HeadSize,
        IntermediateSize = intermediateSize,
        VocabularySize = VocabularySize,
        ContextLength = ContextLength,
        NormEpsilon = epsilon,
        RopeTheta = Llama3Theta,
        DeclaredType = "float16",
        StopTokenIds = StopTokenIds,
    };
}
