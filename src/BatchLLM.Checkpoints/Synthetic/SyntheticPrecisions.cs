using System.Diagnostics.CodeAnalysis;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Checkpoints.Quantization;

namespace BatchLLM.Checkpoints.Synthetic;

/// <summary>Names of <see cref="SyntheticPrecision"/> on the command line, and what each stands for.</summary>
public static class SyntheticPrecisions
{
    /// <summary>All names, in the enumeration's order.</summary>
    public static IReadOnlyList<string> Names { get; } = ["bf16", "fp8", "nvfp4", "int4", "int8", "f32"];

    /// <summary>Finds a precision by its name.</summary>
    public static bool TryParse(string name, [NotNullWhen(true)] out SyntheticPrecision? precision)
    {
        var found = Enum.GetValues<SyntheticPrecision>().Where(value => value.Name() == name).ToList();
        precision = found.Count > 0 ? found[0] : null;
        return precision is not null;
    }

    /// <summary>The command line's spelling.</summary>
    public static string Name(this SyntheticPrecision precision) => Names[(int)precision];

    /// <summary>Element type of embedding, norms and unquantized layers.</summary>
    internal static TensorType PlainType(this SyntheticPrecision precision) => precision switch
    {
        SyntheticPrecision.F32 => TensorType.F32,
        SyntheticPrecision.Int4 => TensorType.F16,
        _ => TensorType.BF16,
    };

    /// <summary>Codes of the quantized layers; null if there are none.</summary>
    internal static SyntheticCodes? Codes(this SyntheticPrecision precision) => precision switch
    {
        SyntheticPrecision.Fp8 => SyntheticCodes.Fp8,
        SyntheticPrecision.Nvfp4 => SyntheticCodes.Nvfp4,
        SyntheticPrecision.Int4 => SyntheticCodes.Int4,
        SyntheticPrecision.Int8 => SyntheticCodes.Int8,
        _ => null,
    };

    /// <summary>What a checkpoint of this kind would declare, and so which numerics it can be computed with.</summary>
    public static QuantizationScheme Scheme(this SyntheticPrecision precision) => precision switch
    {
        SyntheticPrecision.Fp8 => Declared("random FP8", QuantizationMethod.Fp8Static),
        SyntheticPrecision.Nvfp4 => Declared("random NVFP4", QuantizationMethod.Nvfp4),
        SyntheticPrecision.Int8 => Declared("random INT8", QuantizationMethod.Int8Dynamic),
        SyntheticPrecision.Int4 => new QuantizationScheme(
            "random INT4", WeightFormat.Int4, [Numerics.W4A16, Numerics.W4A8], KvPrecision.Full, [LlamaTensors.HeadModule]),
        _ => QuantizationScheme.None,
    };

    private static QuantizationScheme Declared(string label, QuantizationMethod method) => new QuantizationConfig(
        label, label, method, ScalesPerOutput: method == QuantizationMethod.Int8Dynamic, Rounds: true, KvPrecision.Full,
        new ModulePatterns([LlamaTensors.HeadModule], ModulePatternKind.ModelOpt)).ToScheme();
}
