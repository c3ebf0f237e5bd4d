using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints.Quantization;

/// <summary>A checkpoint's declaration of its quantization, read from hf_quant_config.json or config.json.</summary>
/// <param name="Label">For people.</param>
/// <param name="Algorithm">The exporter's name for it.</param>
/// <param name="Method">Layout of the quantized layers.</param>
/// <param name="ScalesPerOutput">True if a weight may have a scale per output; ModelOpt's FP8 has one in all.</param>
/// <param name="Rounds">False if activations are declared unquantized.</param>
/// <param name="Kv">The declared KV cache.</param>
/// <param name="Excluded">Linear layers that are declared unquantized.</param>
internal sealed record QuantizationConfig(
    string Label, string Algorithm, QuantizationMethod Method, bool ScalesPerOutput, bool Rounds, KvPrecision Kv, ModulePatterns Excluded)
{
    /// <summary>No quantization.</summary>
    public static QuantizationConfig None { get; } =
        new("none", "none", QuantizationMethod.None, false, false, KvPrecision.Full, new ModulePatterns([], ModulePatternKind.ModelOpt));

    /// <summary>Format of the quantized layers.</summary>
    public WeightFormat Format => Method switch
    {
        QuantizationMethod.Fp8Static or QuantizationMethod.Fp8Dynamic => WeightFormat.Fp8,
        QuantizationMethod.Nvfp4 => WeightFormat.Nvfp4,
        QuantizationMethod.Int8Dynamic => WeightFormat.Int8,
        _ => WeightFormat.Float,
    };

    /// <summary>True if the module's weights are declared quantized.</summary>
    public bool Quantizes(string module) => Method != QuantizationMethod.None && !Excluded.Match(module);

    /// <summary>The declaration as the engine sees it.</summary>
    public QuantizationScheme ToScheme() => new(Label, Format, Supported(), Kv, Excluded.Patterns);

    private IReadOnlyList<Numerics> Supported() => Method switch
    {
        QuantizationMethod.Nvfp4 => [Numerics.W4A16, Numerics.W4A4Emulated, Numerics.W4A8],
        _ when !Rounds => [Numerics.Bf16],
        QuantizationMethod.Fp8Static => [Numerics.W8A8Static, Numerics.W8A8Dynamic, Numerics.Bf16],
        QuantizationMethod.Fp8Dynamic => [Numerics.W8A8Dynamic, Numerics.Bf16],
        _ => [Numerics.W8A8Int8, Numerics.Bf16],
    };
}
