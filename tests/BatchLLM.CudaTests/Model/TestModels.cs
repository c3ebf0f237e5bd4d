using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Synthetic;

namespace BatchLLM.CudaTests.Model;

/// <summary>Small models for whole forward passes.</summary>
internal static class TestModels
{
    /// <summary>The demo's model.</summary>
    public static string Demo { get; } = Path.Combine(Checkout.Root, "jobs/demo/model");

    /// <summary>Random weights; a vocabulary that is no multiple of 16, three query heads to a key head.</summary>
    public static SyntheticModel Random(SyntheticPrecision precision, ulong seed) => new(
        new LlamaConfig
        {
            Architecture = "LlamaForCausalLM",
            HiddenSize = 192,
            LayerCount = 3,
            HeadCount = 6,
            KvHeadCount = 2,
            HeadSize = 32,
            IntermediateSize = 384,
            VocabularySize = 1_003,
            ContextLength = 2_048,
            NormEpsilon = 1e-5,
            RopeTheta = 500_000,
            TiesEmbeddings = false,
        },
        precision,
        seed);
}
