using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints.Quantization;

/// <summary>
/// Turns the tensors of one linear layer into a <see cref="LinearWeight"/>, and holds them against the declaration: a layer
/// is quantized if it has a weight_scale, and the configuration must say the same.
/// </summary>
/// <param name="config">The declaration.</param>
/// <param name="tensors">All tensors of the checkpoint.</param>
/// <param name="problems">Receives one sentence for each fault.</param>
internal sealed class LinearResolver(
    QuantizationConfig config, IReadOnlyDictionary<string, Tensor> tensors, ICollection<string> problems)
{
    private const int Nvfp4Block = 16;

    /// <summary>Resolves a layer.</summary>
    /// <param name="module">Its name; its weight is <c>module.weight</c>.</param>
    /// <param name="outputs">Rows that the configuration asks for.</param>
    /// <param name="inputs">Columns that the configuration asks for.</param>
    /// <returns>The layer; null if its problems leave nothing to compute with.</returns>
    public LinearWeight? Resolve(string module, int outputs, int inputs)
    {
        if (!tensors.TryGetValue($"{module}.weight", out var weight))
        {
            problems.Add($"tensor '{module}.weight' of shape [{outputs}, {inputs}] is missing; config.json asks for it. " +
                "Download all weight files of the model.");
            return null;
        }

        var scale = tensors.GetValueOrDefault($"{module}.weight_scale");
        var isDeclared = config.Quantizes(module);
        if (scale is null && isDeclared && LinearShapes.IsPlain(weight.Type))
        {
            problems.Add($"{weight.FileName}: '{module}' is {weight.Type.Name()} without a weight_scale, but the checkpoint is declared " +
                $"{config.Label} and does not exclude it; mixed precision must be declared. Export the model again.");
            return null;
        }

        if (scale is not null && !isDeclared)
        {
            problems.Add($"{scale.FileName}: '{module}' has the scale '{scale.Name}', but {Undeclared()}. Export the model again.");
            return null;
        }

        if (isDeclared)
        {
            return Quantized(module, weight, scale, outputs, inputs);
        }

        return LinearShapes.CheckPlain(weight, outputs, inputs, problems) ? Plain(module, weight, outputs, inputs) : null;
    }

    private string Undeclared() => config.Method == QuantizationMethod.None
        ? "no quantization is declared in config.json or hf_quant_config.json"
        : "the quantization's configuration excludes it";

    /// <summary>An unquantized layer over a checked weight.</summary>
    public static LinearWeight Plain(string module, Tensor weight, int outputs, int inputs) =>
        new(new SafetensorsLinear(weight, null, WeightFormat.Float, inputs, 1))
        {
            Name = module,
            Format = WeightFormat.Float,
            StoredType = weight.Type,
            OutputCount = outputs,
            InputCount = inputs,
            BlockSize = inputs,
        };

    private LinearWeight? Quantized(string module, Tensor weight, Tensor? scale, int outputs, int inputs)
    {
        if (scale is null)
        {
            problems.Add($"tensor '{module}.weight_scale' is missing; the checkpoint is declared {config.Label}. " +
                "Download all weight files of the model.");
            return null;
        }

        if (config.Format == WeightFormat.Nvfp4 && inputs % Nvfp4Block != 0)
        {
            problems.Add($"{weight.FileName}: '{module}' has {inputs} inputs; NVFP4 needs a multiple of {Nvfp4Block}. Export the model again.");
            return null;
        }

        var isSound = LinearShapes.CheckCodes(config.Format, weight, outputs, inputs, problems)
            & LinearShapes.CheckScale(config, scale, outputs, inputs, problems)
            & CheckZeroPoint(module);
        var global = config.Format == WeightFormat.Nvfp4
            ? ScaleReader.Required($"{module}.weight_scale_2", tensors, problems)
            : 1;
        var input = config.Method is QuantizationMethod.Fp8Static or QuantizationMethod.Nvfp4 && config.Rounds
            ? ScaleReader.Required($"{module}.input_scale", tensors, problems)
            : null;
        return isSound && global is { } factor ? Weight(module, weight, scale, outputs, inputs, factor, input) : null;
    }

    private LinearWeight Weight(
        string module, Tensor weight, Tensor scale, int outputs, int inputs, float global, float? input)
    {
        var block = config.Format == WeightFormat.Nvfp4 ? Nvfp4Block : inputs;
        return new LinearWeight(new SafetensorsLinear(weight, scale, config.Format, inputs, inputs / block))
        {
            Name = module,
            Format = config.Format,
            StoredType = weight.Type,
            OutputCount = outputs,
            InputCount = inputs,
            BlockSize = block,
            GlobalScale = global,
            InputScale = input,
        };
    }

    // Symmetric exports drop their zero points; old ones keep them, all zero.
    private bool CheckZeroPoint(string module)
    {
        if (!tensors.TryGetValue($"{module}.weight_zero_point", out var tensor))
        {
            return true;
        }

        var bytes = new byte[tensor.ByteCount];
        tensor.ReadBytes(0, bytes);
        if (!bytes.AsSpan().ContainsAnyExcept((byte)0))
        {
            return true;
        }

        problems.Add($"{tensor.FileName}: tensor '{tensor.Name}' is not all zero; expected symmetric weights. " +
            "Use a symmetric checkpoint of this model.");
        return false;
    }
}
