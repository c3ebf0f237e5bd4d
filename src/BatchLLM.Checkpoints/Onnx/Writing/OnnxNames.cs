using System.Globalization;

namespace BatchLLM.Checkpoints.Onnx.Writing;

/// <summary>Names that onnxruntime-genai's model builder and ModelOpt give to a decoder's tensors and nodes.</summary>
internal static class OnnxNames
{
    /// <summary>The rotary cosines. // [positions, headSize / 2]</summary>
    public const string Cosines = "cos_cache";

    /// <summary>The rotary sines. // [positions, headSize / 2]</summary>
    public const string Sines = "sin_cache";

    /// <summary>An embedding or norm by its name in safetensors checkpoints.</summary>
    public static string Plain(LlamaConfig config, string name) => name == LlamaTensors.FinalNorm
        ? string.Create(CultureInfo.InvariantCulture, $"model.layers.{config.LayerCount}.final_norm_layernorm.weight")
        : name;

    /// <summary>A linear layer's weight by its module.</summary>
    public static string Weight(string module) => $"{Short(module)}.MatMul.weight";

    /// <summary>A linear layer's INT4 codes. // [inputs, outputs]</summary>
    public static string Codes(string module) => $"{Weight(module)}_i4";

    /// <summary>A linear layer's scales. // [blocks, outputs]</summary>
    public static string Scales(string module) => $"{Weight(module)}_scale";

    /// <summary>AWQ's factors on a linear layer's input. // [inputs]</summary>
    public static string Factors(string module) => $"{Weight(module)}_awq_scale";

    /// <summary>A linear layer's node, for example /model/layers.0/attn/q_proj/MatMul.</summary>
    public static string Node(string module) =>
        $"/{Short(module).Replace(".layers.", "/layers.", StringComparison.Ordinal).Replace(".attn.", "/attn/", StringComparison.Ordinal)
            .Replace(".mlp.", "/mlp/", StringComparison.Ordinal)}/MatMul";

    private static string Short(string module) => module.Replace(".self_attn.", ".attn.", StringComparison.Ordinal);
}
