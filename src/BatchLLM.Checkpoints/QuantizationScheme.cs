using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints;

/// <summary>What a checkpoint declares about its quantization.</summary>
/// <param name="Label">For people, for example "ModelOpt FP8 (modelopt 0.15.1)" or "none".</param>
/// <param name="Format">Format of the quantized linear layers; <see cref="WeightFormat.Float"/> if there are none.</param>
/// <param name="Supported">Numerics that this checkpoint can be computed with; the first is the card's engine's.</param>
/// <param name="Kv">The declared KV cache.</param>
/// <param name="Excluded">Patterns of linear layers that are declared unquantized.</param>
public sealed record QuantizationScheme(
    string Label, WeightFormat Format, IReadOnlyList<Numerics> Supported, KvPrecision Kv, IReadOnlyList<string> Excluded)
{
    /// <summary>No quantization.</summary>
    public static QuantizationScheme None { get; } = new("none", WeightFormat.Float, [Numerics.Bf16], KvPrecision.Full, []);

    /// <summary>What the card's engine computes.</summary>
    public Numerics Default => Supported[0];

    /// <summary>Refuses numerics that the checkpoint cannot be computed with.</summary>
    /// <exception cref="BatchLLMException">They are not among <see cref="Supported"/>.</exception>
    public void Require(Numerics numerics)
    {
        if (!Supported.Contains(numerics))
        {
            throw new BatchLLMException(
                $"The checkpoint's quantization is {Label}, which computes {string.Join(" or ", Supported.Select(n => n.Name()))}; " +
                $"{numerics.Name()} was asked for. Choose one of those, or leave the choice to the checkpoint.");
        }
    }
}
