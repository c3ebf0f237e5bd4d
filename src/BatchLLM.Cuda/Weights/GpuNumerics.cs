using BatchLLM.Checkpoints;

namespace BatchLLM.Cuda.Weights;

/// <summary>What of a checkpoint's numerics a GPU computes.</summary>
public static class GpuNumerics
{
    /// <summary>
    /// Numerics that GPUs compute. Not among them: sums of 4-bit products in integers, which tensor cores lack, and activations
    /// rounded to NVFP4, which Hopper lacks.
    /// </summary>
    public static IReadOnlyList<Numerics> Supported { get; } =
        [Numerics.Bf16, Numerics.W8A8Static, Numerics.W8A8Dynamic, Numerics.W8A8Int8, Numerics.W4A16];

    /// <summary>Why a checkpoint is not computed on a GPU as it is asked for; null if it is.</summary>
    /// <param name="scheme">What the checkpoint declares.</param>
    /// <param name="numerics">In force, and among those of the checkpoint.</param>
    /// <param name="kv">Wanted KV cache; null for the checkpoint's own.</param>
    public static string? Refusal(QuantizationScheme scheme, Numerics numerics, KvPrecision? kv)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        if (!Supported.Contains(numerics))
        {
            var others = string.Join(" or ", scheme.Supported.Intersect(Supported).Select(n => n.Name()));
            return $"A GPU does not compute {numerics.Name()}; choose numerics {others}, or run on the CPU with --device cpu.";
        }

        return kv == KvPrecision.Full
            ? "A GPU's KV cache does not hold unrounded numbers; choose bf16 or fp8, or run on the CPU with --device cpu."
            : null;
    }

    /// <summary>What the KV cache holds on a GPU: BF16 where the checkpoint declares nothing, as engines keep it there.</summary>
    /// <param name="scheme">What the checkpoint declares.</param>
    /// <param name="asked">Wanted precision; null for the checkpoint's own.</param>
    public static KvPrecision Kv(QuantizationScheme scheme, KvPrecision? asked)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        return (asked ?? scheme.Kv) == KvPrecision.Fp8 ? KvPrecision.Fp8 : KvPrecision.Bf16;
    }
}
