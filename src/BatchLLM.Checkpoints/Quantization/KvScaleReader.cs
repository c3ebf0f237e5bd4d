using System.Globalization;

namespace BatchLLM.Checkpoints.Quantization;

/// <summary>Finds the scales of an FP8 KV cache under every name that exporters have given them.</summary>
internal static class KvScaleReader
{
    private static readonly string[] KeyNames =
        ["self_attn.k_proj.k_scale", "self_attn.k_scale", "self_attn.qkv_proj.k_scale", "self_attn.kv_scale"];

    private static readonly string[] ValueNames =
        ["self_attn.v_proj.v_scale", "self_attn.v_scale", "self_attn.qkv_proj.v_scale", "self_attn.kv_scale"];

    /// <summary>The layer whose KV cache a tensor scales; null for any other tensor.</summary>
    public static int? Layer(string name)
    {
        const string Prefix = "model.layers.";
        var dot = name.StartsWith(Prefix, StringComparison.Ordinal) ? name.IndexOf('.', Prefix.Length) : -1;
        return dot > 0 && int.TryParse(name.AsSpan(Prefix.Length, dot - Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var layer)
            && (KeyNames.Contains(name[(dot + 1)..], StringComparer.Ordinal) || ValueNames.Contains(name[(dot + 1)..], StringComparer.Ordinal))
            ? layer
            : null;
    }

    /// <summary>Reads the scales of all layers; 1 where there are none.</summary>
    /// <param name="layers">Layers of the model.</param>
    /// <param name="tensors">All tensors.</param>
    /// <param name="problems">Receives unusable scales.</param>
    /// <param name="notices">Receives that scales are missing.</param>
    public static KvScales[] Read(
        int layers, IReadOnlyDictionary<string, Tensor> tensors, ICollection<string> problems, ICollection<string> notices)
    {
        var scales = new KvScales[layers];
        var missing = 0;
        for (var layer = 0; layer < layers; layer++)
        {
            var key = Find(layer, KeyNames, tensors, problems);
            var value = Find(layer, ValueNames, tensors, problems);
            missing += key is null && value is null ? 1 : 0;
            scales[layer] = new KvScales(key ?? value ?? 1, value ?? key ?? 1);
        }

        if (missing > 0)
        {
            notices.Add($"the KV cache is declared FP8, and {missing} of {layers} layers have no k_scale or v_scale: 1 is used.");
        }

        return scales;
    }

    private static float? Find(
        int layer, string[] names, IReadOnlyDictionary<string, Tensor> tensors, ICollection<string> problems)
    {
        foreach (var name in names)
        {
            if (tensors.TryGetValue(LlamaTensors.Module(layer, name), out var tensor))
            {
                return ScaleReader.One(tensor, problems);
            }
        }

        return null;
    }
}
