namespace BatchLLM.Checkpoints.Quantization;

/// <summary>Finds which exporter quantized a checkpoint and reads its declaration.</summary>
internal static class QuantizationReader
{
    /// <summary>Reads the declaration.</summary>
    /// <param name="config">config.json.</param>
    /// <param name="quantFile">hf_quant_config.json, or null.</param>
    /// <param name="notices">Receives disagreements that are resolved.</param>
    public static QuantizationConfig Read(JsonFields config, JsonFields? quantFile, ICollection<string> notices)
    {
        var inline = config.Object("quantization_config");
        if (quantFile is not null)
        {
            var declared = ModelOptReader.ReadFile(quantFile);
            NoticeDisagreement(inline, declared, notices);
            return declared;
        }

        if (inline is null)
        {
            return QuantizationConfig.None;
        }

        // By the method alone: ModelOpt's inline shape has config_groups too, and would pass for compressed-tensors.
        var method = inline.Text("quant_method") ?? "unnamed";
        if (method.StartsWith("modelopt", StringComparison.Ordinal))
        {
            return ModelOptReader.ReadInline(inline);
        }

        if (method == "compressed-tensors")
        {
            return CompressedTensorsReader.Read(inline);
        }

        inline.Refuse($"quant_method is '{method}'; expected modelopt or compressed-tensors. " +
            "Use the FP8, NVFP4, INT8 (w8a8) or BF16 checkpoint of this model.");
        return QuantizationConfig.None;
    }

    private static void NoticeDisagreement(JsonFields? inline, QuantizationConfig declared, ICollection<string> notices)
    {
        if (inline?.Text("quant_method")?.StartsWith("modelopt", StringComparison.Ordinal) != true)
        {
            return;
        }

        // Read loosely: the file decides, so what is wrong with the copy must not refuse the model.
        var other = inline.Text("quant_algo");
        var otherKv = inline.Object("kv_cache_scheme") is null ? KvPrecision.Full : KvPrecision.Fp8;
        var excluded = inline.Texts("ignore") ?? [];
        if (!declared.Algorithm.Equals(other, StringComparison.OrdinalIgnoreCase) || otherKv != declared.Kv
            || !declared.Excluded.Patterns.ToHashSet(StringComparer.Ordinal).SetEquals(excluded))
        {
            notices.Add("config.json: quantization_config disagrees with hf_quant_config.json on the algorithm, the KV cache or " +
                "the excluded modules; hf_quant_config.json is used.");
        }
    }
}
