namespace BatchLLM.Checkpoints;

/// <summary>The numbers of a Llama model that decide its computation, from config.json.</summary>
public sealed record LlamaConfig
{
    /// <summary>Architecture by the checkpoint's own name.</summary>
    public required string Architecture { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Layers.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Query heads.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Key and value heads; divides <see cref="HeadCount"/>.</summary>
    public required int KvHeadCount { get; init; }

    /// <summary>Width of one head; even.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Width inside the feed-forward part.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Rows of the embedding.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Most positions of one sequence.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Added to the mean square before its root.</summary>
    public required double NormEpsilon { get; init; }

    /// <summary>Base of the rotary frequencies.</summary>
    public required double RopeTheta { get; init; }

    /// <summary>Stretching of the rotary frequencies; null for none.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>True if the output matrix is the embedding.</summary>
    public bool TiesEmbeddings { get; init; }

    /// <summary>The declared element type, as written; informative, the tensors decide.</summary>
    public string? DeclaredType { get; init; }

    /// <summary>End-of-text ids of config.json; generation_config.json adds to them.</summary>
    public IReadOnlyList<int> StopTokenIds { get; init; } = [];

    /// <summary>Elements that one position takes in the KV cache, keys and values of all layers.</summary>
    public long KvElementsPerToken => 2L * LayerCount * KvHeadCount * HeadSize;
}
