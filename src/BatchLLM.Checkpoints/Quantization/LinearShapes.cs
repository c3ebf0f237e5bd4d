using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints.Quantization;

/// <summary>Holds the types and shapes of a linear layer's tensors against what its format asks for.</summary>
internal static class LinearShapes
{
    private const int Nvfp4Block = 16;

    /// <summary>True for types that unquantized weights have.</summary>
    public static bool IsPlain(TensorType type) => type is TensorType.BF16 or TensorType.F16 or TensorType.F32;

    /// <summary>Checks unquantized weights. // [outputs, inputs]</summary>
    public static bool CheckPlain(Tensor weight, long outputs, long inputs, ICollection<string> problems) =>
        Check(weight, IsPlain(weight.Type), "BF16, F16 or F32", problems) & CheckShape(weight, problems, [outputs, inputs]);

    /// <summary>Checks codes. // [outputs, inputs], or packed [outputs, inputs / 2], which may have a leading 1</summary>
    public static bool CheckCodes(WeightFormat format, Tensor weight, long outputs, long inputs, ICollection<string> problems) =>
        format switch
        {
            WeightFormat.Fp8 => Check(weight, weight.Type == TensorType.F8E4M3, "F8_E4M3", problems)
                & CheckShape(weight, problems, [outputs, inputs]),
            WeightFormat.Int8 => Check(weight, weight.Type == TensorType.I8, "I8", problems)
                & CheckShape(weight, problems, [outputs, inputs]),
            _ => Check(weight, weight.Type == TensorType.U8, "U8", problems)
                & CheckShape(weight, problems, [outputs, inputs / 2], [1, outputs, inputs / 2]),
        };

    /// <summary>Checks scales: one per tensor or output, or E4M3 per block. Values of blocks are checked as they are read.</summary>
    public static bool CheckScale(QuantizationConfig config, Tensor scale, long outputs, long inputs, ICollection<string> problems)
    {
        if (config.Format == WeightFormat.Nvfp4)
        {
            return Check(scale, scale.Type == TensorType.F8E4M3, "F8_E4M3", problems)
                & CheckShape(scale, problems, [outputs, inputs / Nvfp4Block], [1, outputs, inputs / Nvfp4Block]);
        }

        return Check(scale, IsPlain(scale.Type), "BF16, F16 or F32", problems)
            && (config.ScalesPerOutput
                ? CheckShape(scale, problems, [outputs, 1], [outputs], [1], [])
                : CheckShape(scale, problems, [], [1]))
            && ScaleReader.AllPositive(scale, problems);
    }

    private static bool Check(Tensor tensor, bool isExpected, string expected, ICollection<string> problems)
    {
        if (!isExpected)
        {
            problems.Add($"{tensor.FileName}: tensor '{tensor.Name}' has dtype {tensor.Type.Name()}; expected {expected}. " +
                "Weights and quantization configuration must be of one export.");
        }

        return isExpected;
    }

    private static bool CheckShape(Tensor tensor, ICollection<string> problems, params long[][] accepted)
    {
        var fits = Array.Exists(accepted, shape => tensor.Shape.SequenceEqual(shape));
        if (!fits)
        {
            problems.Add($"{tensor.FileName}: tensor '{tensor.Name}' has shape [{string.Join(", ", tensor.Shape)}]; expected " +
                $"[{string.Join(", ", accepted[0])}]. config.json and weights must be of the same model.");
        }

        return fits;
    }
}
