namespace BatchLLM.Checkpoints.Quantization;

/// <summary>
/// Reads the declaration of compressed-tensors (llm-compressor): 8-bit float or integer weights, activations scaled per token
/// at run time, with a static scale, or not at all.
/// </summary>
/// <remarks>Source: compressed-tensors, quant_config.py and quant_scheme.py. Observers, ratios and status decide nothing.</remarks>
internal static class CompressedTensorsReader
{
    /// <summary>Reads config.json's quantization_config.</summary>
    public static QuantizationConfig Read(JsonFields fields)
    {
        var groups = fields.Object("config_groups")?.Objects() ?? [];
        if (groups.Count != 1)
        {
            fields.Refuse($"config_groups has {groups.Count} groups; expected one. Layers of different precision are not supported: " +
                "use a checkpoint with one scheme for all.");
            return QuantizationConfig.None;
        }

        CheckFormat(fields);
        var excluded = new ModulePatterns(fields.Texts("ignore") ?? [], ModulePatternKind.CompressedTensors);
        if (excluded.FirstInvalid() is { } invalid)
        {
            fields.Refuse($"ignore holds '{invalid}', which is no regular expression; correct it.");
        }

        var (method, rounds) = ReadScheme(groups[0]);
        var kv = fields.Object("kv_cache_scheme") is { } scheme ? ModelOptReader.ReadKvScheme(scheme) : KvPrecision.Full;
        return new QuantizationConfig($"compressed-tensors {Describe(method, rounds)}", method.ToString(), method, ScalesPerOutput: true, rounds, kv, excluded);
    }

    private static string Describe(QuantizationMethod method, bool rounds) => method switch
    {
        _ when !rounds => "8-bit weights only",
        QuantizationMethod.Int8Dynamic => "INT8, dynamic per token",
        QuantizationMethod.Fp8Static => "FP8, static",
        _ => "FP8, dynamic per token",
    };

    private static void CheckFormat(JsonFields fields)
    {
        if (fields.Text("format") is { } format and not ("float-quantized" or "int-quantized" or "naive-quantized"))
        {
            fields.Refuse($"format is '{format}'; expected float-quantized or int-quantized. " +
                "Use the FP8 or INT8 (w8a8) checkpoint of this model.");
        }
    }

    private static (QuantizationMethod Method, bool Rounds) ReadScheme(JsonFields group)
    {
        CheckTargets(group);
        var weights = group.Object("weights");
        var type = weights?.Text("type") ?? "float";
        var strategy = weights?.Text("strategy") ?? "tensor";
        if (weights is null || weights.Count("num_bits", 8) != 8 || type is not ("float" or "int")
            || strategy is not ("channel" or "tensor") || weights.Flag("dynamic"))
        {
            group.Refuse($"weights are declared as {weights?.Count("num_bits", 8)}-bit {type} per {strategy}; expected 8-bit float or int " +
                "per channel or tensor. Use the FP8 or INT8 (w8a8) checkpoint of this model.");
        }
        else if (weights.Has("symmetric") && !weights.Flag("symmetric"))
        {
            group.Refuse("weights are declared asymmetric; expected symmetric ones. Use a symmetric checkpoint of this model.");
        }

        var isInteger = type == "int";
        var method = isInteger ? QuantizationMethod.Int8Dynamic : QuantizationMethod.Fp8Dynamic;
        return group.Object("input_activations") is { } activations
            ? (ReadActivations(activations, isInteger) ? QuantizationMethod.Fp8Static : method, true)
            : (method, false);
    }

    // True for static activation scales.
    private static bool ReadActivations(JsonFields activations, bool isInteger)
    {
        var isDynamic = activations.Flag("dynamic");
        var type = activations.Text("type") ?? "float";
        var bits = activations.Count("num_bits", 8);
        var strategy = activations.Text("strategy") ?? (isDynamic ? "token" : "tensor");
        var isAsymmetric = activations.Has("symmetric") && !activations.Flag("symmetric");
        if (type != (isInteger ? "int" : "float") || bits != 8 || strategy != (isDynamic ? "token" : "tensor")
            || isAsymmetric || (isInteger && !isDynamic))
        {
            activations.Refuse(
                $"activations are declared as {bits}-bit {type} per {strategy}{(isDynamic ? ", dynamic" : ", static")}" +
                $"{(isAsymmetric ? ", asymmetric" : "")}; expected the weights' type, symmetric, dynamic per token" +
                $"{(isInteger ? "" : " or static per tensor")}. Use a checkpoint of that scheme.");
        }

        return !isDynamic;
    }

    private static void CheckTargets(JsonFields group)
    {
        if (group.Texts("targets") is { } targets && !targets.Contains("Linear", StringComparer.Ordinal))
        {
            group.Refuse($"targets are '{string.Join("', '", targets)}'; expected 'Linear'. " +
                "Layers of different precision are not supported: use a checkpoint with one scheme for all.");
        }
    }
}
