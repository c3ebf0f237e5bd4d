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

    /// <summary>The tensors that are never quantized: embedding and norms.</summary>
    internal static IEnumerable<ExpectedTensor> ExpectedPlain(LlamaConfig config)
    {
        yield return new ExpectedTensor(Embedding, config.VocabularySize, config.HiddenSize);
        for (var layer = 0; layer < config.LayerCount; layer++)
        {
            yield return new ExpectedTensor(Layer(layer, "input_layernorm"), config.HiddenSize);
            yield return new ExpectedTensor(Layer(layer, "post_attention_layernorm"), config.HiddenSize);
        }

        yield return new ExpectedTensor(FinalNorm, config.HiddenSize);
    }

    /// <summary>The linear layers by module name, with the shapes of their weights; a tied head is not among them.</summary>
    internal static IEnumerable<ExpectedTensor> ExpectedLinears(LlamaConfig config)
    {
        for (var layer = 0; layer < config.LayerCount; layer++)
        {
            foreach (var module in LinearModules)
            {
                var (outputs, inputs) = Shape(config, module);
                yield return new ExpectedTensor(Module(layer, module), outputs, inputs);
            }
        }

        if (!config.TiesEmbeddings)
        {
            yield return new ExpectedTensor(HeadModule, config.VocabularySize, config.HiddenSize);
        }
    }

    private static (long Outputs, long Inputs) Shape(LlamaConfig config, string module)
    {
        var queries = (long)config.HeadCount * config.HeadSize;
        return module switch
        {
            "self_attn.q_proj" => (queries, config.HiddenSize),
            "self_attn.k_proj" or "self_attn.v_proj" => ((long)config.KvHeadCount * config.HeadSize, config.HiddenSize),
            "self_attn.o_proj" => (config.HiddenSize, queries),
            "mlp.down_proj" => (config.HiddenSize, config.IntermediateSize),
            _ => (config.IntermediateSize, config.HiddenSize),
        };
    }
}
