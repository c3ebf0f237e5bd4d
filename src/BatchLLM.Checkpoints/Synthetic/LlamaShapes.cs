using System.Diagnostics.CodeAnalysis;

namespace BatchLLM.Checkpoints.Synthetic;

/// <summary>Numbers of well-known models, for measuring on their shapes. Source: their published config.json.</summary>
public static class LlamaShapes
{
    // 131,072 positions, stretched from 8,192 as the models' config.json says; "tiny" computes them alike.
    private const int Context = 131_072;
    private const int OriginalContext = 8_192;

    private static readonly Dictionary<string, LlamaConfig> ByName = new(StringComparer.Ordinal)
    {
        ["tiny"] = Shape(hidden: 256, layers: 4, heads: 8, kvHeads: 4, inner: 768, vocabulary: 4_096, stretch: 32, ties: true),
        ["llama-3.2-1b"] = Shape(
            hidden: 2_048, layers: 16, heads: 32, kvHeads: 8, inner: 8_192, vocabulary: 128_256, stretch: 32, ties: true),
        ["llama-3.1-8b"] = Shape(
            hidden: 4_096, layers: 32, heads: 32, kvHeads: 8, inner: 14_336, vocabulary: 128_256, stretch: 8, ties: false),
        ["llama-3.1-70b"] = Shape(
            hidden: 8_192, layers: 80, heads: 64, kvHeads: 8, inner: 28_672, vocabulary: 128_256, stretch: 8, ties: false),
    };

    /// <summary>All names, smallest first.</summary>
    public static IReadOnlyCollection<string> Names => ByName.Keys;

    /// <summary>Finds a shape by its name.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out LlamaConfig? config) => ByName.TryGetValue(name, out config);

    private static LlamaConfig Shape(
        int hidden, int layers, int heads, int kvHeads, int inner, int vocabulary, double stretch, bool ties)
    {
        return new LlamaConfig
        {
            Architecture = "LlamaForCausalLM",
            HiddenSize = hidden,
            LayerCount = layers,
            HeadCount = heads,
            KvHeadCount = kvHeads,
            HeadSize = hidden / heads,
            IntermediateSize = inner,
            VocabularySize = vocabulary,
            ContextLength = Context,
            NormEpsilon = 1e-5,
            RopeTheta = 500_000,
            RopeScaling = new RopeScaling(stretch, 1, 4, OriginalContext),
            TiesEmbeddings = ties,
        };
    }
}
