using System.Text.Json.Nodes;

namespace BatchLLM.Checkpoints.Quantize;

/// <summary>Writes the quantization_config of compressed-tensors for 8-bit weights per channel.</summary>
/// <remarks>Source: compressed-tensors 0.7, quant_config.py and quant_scheme.py; keys in their sorted order.</remarks>
internal static class CompressedTensorsConfig
{
    /// <summary>The object.</summary>
    /// <param name="isInteger">True for INT8 codes, false for E4M3.</param>
    public static JsonObject Create(bool isInteger) => new()
    {
        ["config_groups"] = new JsonObject
        {
            ["group_0"] = new JsonObject
            {
                ["input_activations"] = Arguments(isInteger, "token", dynamic: true),
                ["output_activations"] = null,
                ["targets"] = new JsonArray("Linear"),
                ["weights"] = Arguments(isInteger, "channel", dynamic: false),
            },
        },
        ["format"] = isInteger ? "int-quantized" : "float-quantized",
        ["global_compression_ratio"] = null,
        ["ignore"] = new JsonArray(LlamaTensors.HeadModule),
        ["kv_cache_scheme"] = null,
        ["quant_method"] = "compressed-tensors",
        ["quantization_status"] = "compressed",
    };

    private static JsonObject Arguments(bool isInteger, string strategy, bool dynamic) => new()
    {
        ["actorder"] = null,
        ["block_structure"] = null,
        ["dynamic"] = dynamic,
        ["group_size"] = null,
        ["num_bits"] = 8,
        ["observer"] = dynamic ? null : "minmax",
        ["observer_kwargs"] = new JsonObject(),
        ["strategy"] = strategy,
        ["symmetric"] = true,
        ["type"] = isInteger ? "int" : "float",
    };
}
