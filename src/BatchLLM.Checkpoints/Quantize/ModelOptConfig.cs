using System.Text.Json.Nodes;

namespace BatchLLM.Checkpoints.Quantize;

/// <summary>Writes ModelOpt's declaration in its two shapes: a file of its own, and flat in config.json.</summary>
/// <remarks>Source: TensorRT-Model-Optimizer, unified_export_hf.py and convert_hf_config.py.</remarks>
internal static class ModelOptConfig
{
    /// <summary>hf_quant_config.json.</summary>
    /// <param name="algorithm">FP8 or NVFP4.</param>
    /// <param name="version">The exporter whose layout this is.</param>
    /// <param name="fp8Kv">True if the KV cache is declared FP8.</param>
    public static JsonObject File(string algorithm, string version, bool fp8Kv)
    {
        var quantization = new JsonObject
        {
            ["quant_algo"] = algorithm,
            ["kv_cache_quant_algo"] = fp8Kv ? "FP8" : null,
        };
        if (algorithm == "NVFP4")
        {
            quantization["group_size"] = Nvfp4Weights.BlockSize;
        }

        quantization["exclude_modules"] = new JsonArray(LlamaTensors.HeadModule);
        return new JsonObject { ["producer"] = Producer(version), ["quantization"] = quantization };
    }

    /// <summary>config.json's quantization_config for NVFP4.</summary>
    public static JsonObject Nvfp4Inline(string version, bool fp8Kv)
    {
        var config = new JsonObject
        {
            ["config_groups"] = new JsonObject
            {
                ["group_0"] = new JsonObject
                {
                    ["input_activations"] = Nvfp4Arguments(),
                    ["weights"] = Nvfp4Arguments(),
                    ["targets"] = new JsonArray("Linear"),
                },
            },
            ["ignore"] = new JsonArray(LlamaTensors.HeadModule),
            ["quant_algo"] = "NVFP4",
        };
        if (fp8Kv)
        {
            config["kv_cache_scheme"] = new JsonObject { ["dynamic"] = false, ["num_bits"] = 8, ["type"] = "float" };
        }

        config["producer"] = Producer(version);
        config["quant_method"] = "modelopt";
        return config;
    }

    private static JsonObject Nvfp4Arguments() => new()
    {
        ["dynamic"] = false,
        ["num_bits"] = 4,
        ["type"] = "float",
        ["group_size"] = Nvfp4Weights.BlockSize,
    };

    private static JsonObject Producer(string version) => new() { ["name"] = "modelopt", ["version"] = version };
}
