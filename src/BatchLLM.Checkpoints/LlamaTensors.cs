using System.Globalization;

namespace BatchLLM.Checkpoints;

/// <summary>Names and shapes of a Llama model's tensors, as the published checkpoints spell them.</summary>
public static class LlamaTensors
{
    /// <summary>Token embedding. // [vocabulary, hidden]</summary>
    public const string Embedding = "model.embed_tokens.weight";

    /// <summary>Norm before the output matrix. // [hidden]</summary>
    public const string FinalNorm = "model.norm.weight";

    /// <summary>Output matrix; may be absent when it is tied to the embedding. // [vocabulary, hidden]</summary>
    public const string Head = "lm_head.weight";

    /// <summary>Module name of the output matrix.</summary>
    public const string HeadModule = "lm_head";

    /// <summary>Modules of a layer that are linear, in the order of computation.</summary>
    public static IReadOnlyList<string> LinearModules { get; } =
    [
        "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
        "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj",
    ];

    /// <summary>Name of a layer's module, for example of <c>self_attn.q_proj</c>.</summary>
    public static string Module(int layer, string module) =>
        string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.{module}");

    /// <summary>Name of a layer's tensor, for example <c>self_attn.q_proj</c>.</summary>
    public static string Layer(int layer, string module) =>
        string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.{module}.weight");

    /// <summary>All tensors that the model must have.</summary>
    internal static IEnumerable<ExpectedTensor> Expected(LlamaConfig config)
    {
        yield return new ExpectedTensor(Embedding, config.VocabularySize, config.HiddenSize);
        for (var layer = 0; layer < config.LayerCount; layer++)
        {
            foreach (var tensor in ExpectedInLayer(config, layer))
            {
                yield return tensor;
            }
        }

        yield return new ExpectedTensor(FinalNorm, config.HiddenSize);
        if (!config.TiesEmbeddings)
        {
            yield return new ExpectedTensor(Head, config.VocabularySize, config.HiddenSize);
        }
    }

    private static IEnumerable<ExpectedTensor> ExpectedInLayer(LlamaConfig config, int layer)
    {
        long hidden = config.HiddenSize;
        var queries = (long)config.HeadCount * config.HeadSize;
        var keys = (long)config.KvHeadCount * config.HeadSize;
        long inner = config.IntermediateSize;
        return
        [
            new(Layer(layer, "input_layernorm"), hidden),
            new(Layer(layer, "self_attn.q_proj"), queries, hidden),
            new(Layer(layer, "self_attn.k_proj"), keys, hidden),
            new(Layer(layer, "self_attn.v_proj"), keys, hidden),
            new(Layer(layer, "self_attn.o_proj"), hidden, queries),
            new(Layer(layer, "post_attention_layernorm"), hidden),
            new(Layer(layer, "mlp.gate_proj"), inner, hidden),
            new(Layer(layer, "mlp.up_proj"), inner, hidden),
            new(Layer(layer, "mlp.down_proj"), hidden, inner),
        ];
    }
}
