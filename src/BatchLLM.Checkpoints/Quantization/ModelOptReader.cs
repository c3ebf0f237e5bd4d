namespace BatchLLM.Checkpoints.Quantization;

/// <summary>
/// Reads NVIDIA ModelOpt's declaration in both of its shapes: nested under "quantization" in hf_quant_config.json, and flat
/// in config.json's quantization_config.
/// </summary>
/// <remarks>Source: TensorRT-Model-Optimizer, unified_export_hf.py and convert_hf_config.py.</remarks>
internal static class ModelOptReader
{
    private const int Nvfp4Block = 16;

    /// <summary>Reads hf_quant_config.json.</summary>
    /// <param name="file">The file's object.</param>
    public static QuantizationConfig ReadFile(JsonFields file)
    {
        var fields = file.Object("quantization") ?? file;
        var kv = ReadKv(fields, fields.Text("kv_cache_quant_algo"));
        CheckBlock(fields, fields, fields.Text("quant_algo"));
        return Read(fields, file.Object("producer"), kv, fields.Texts("exclude_modules"));
    }

    /// <summary>Reads config.json's quantization_config.</summary>
    public static QuantizationConfig ReadInline(JsonFields fields)
    {
        var kv = fields.Object("kv_cache_scheme") is { } scheme ? ReadKvScheme(scheme) : KvPrecision.Full;
        foreach (var group in fields.Object("config_groups")?.Objects() ?? [])
        {
            CheckBlock(fields, group.Object("weights") ?? group, fields.Text("quant_algo"));
        }

        return Read(fields, fields.Object("producer"), kv, fields.Texts("ignore"));
    }

    private static QuantizationConfig Read(
        JsonFields fields, JsonFields? producer, KvPrecision kv, IReadOnlyList<string>? excluded)
    {
        var algorithm = fields.Text("quant_algo") ?? "none named";
        var method = algorithm.ToUpperInvariant() switch
        {
            "FP8" => QuantizationMethod.Fp8Static,
            "NVFP4" => QuantizationMethod.Nvfp4,
            _ => QuantizationMethod.None,
        };
        if (method == QuantizationMethod.None)
        {
            fields.Refuse($"quant_algo is '{algorithm}'; expected FP8 or NVFP4. Use the FP8, NVFP4 or BF16 checkpoint of this model.");
        }

        var label = $"ModelOpt {algorithm.ToUpperInvariant()} ({producer?.Text("name") ?? "modelopt"} {producer?.Text("version") ?? "of unknown version"})";
        return new QuantizationConfig(
            label, algorithm, method, ScalesPerOutput: false, Rounds: true, kv, new ModulePatterns(excluded ?? [LlamaTensors.HeadModule], ModulePatternKind.ModelOpt));
    }

    private static KvPrecision ReadKv(JsonFields fields, string? algorithm)
    {
        if (algorithm is null || algorithm.Equals("FP8", StringComparison.OrdinalIgnoreCase))
        {
            return algorithm is null ? KvPrecision.Full : KvPrecision.Fp8;
        }

        fields.Refuse($"kv_cache_quant_algo is '{algorithm}'; expected FP8 or null. Use a checkpoint with an FP8 or unquantized KV cache.");
        return KvPrecision.Full;
    }

    /// <summary>Reads a kv_cache_scheme object, the shape that compressed-tensors uses as well.</summary>
    public static KvPrecision ReadKvScheme(JsonFields scheme)
    {
        var type = scheme.Text("type") ?? "float";
        var bits = scheme.Count("num_bits", 8);
        if (type != "float" || bits != 8 || scheme.Flag("dynamic"))
        {
            scheme.Refuse($"the KV cache is declared as {bits}-bit {type}{(scheme.Flag("dynamic") ? ", dynamic" : "")}; " +
                "expected 8-bit float with static scales. Use a checkpoint with an FP8 or unquantized KV cache.");
        }

        return KvPrecision.Fp8;
    }

    private static void CheckBlock(JsonFields fields, JsonFields holder, string? algorithm)
    {
        if (algorithm?.ToUpperInvariant() == "NVFP4" && holder.Count("group_size", Nvfp4Block) is var size and not Nvfp4Block)
        {
            fields.Refuse($"group_size is {size}; expected {Nvfp4Block}, the only block that NVFP4 has. Export the model again.");
        }
    }
}
