using System.Text.Json;
using BatchLLM.Checkpoints.Onnx.Writing;

namespace BatchLLM.Checkpoints.Quantize;

/// <summary>
/// What genai_config.json must say and LlamaConfig does not: from generation_config.json, else config.json, else the
/// defaults of transformers.
/// </summary>
internal static class GenerationDefaultsReader
{
    // transformers, LlamaConfig: bos_token_id=1, eos_token_id=2.
    private const int DefaultBegin = 1;
    private const int DefaultEnd = 2;

    /// <summary>Reads a model directory.</summary>
    public static GenerationDefaults Read(ModelDirectory model)
    {
        using var generation = Parse(model, "generation_config.json");
        using var config = Parse(model, "config.json");
        JsonElement? Find(string name, JsonValueKind kind) => new[] { generation, config }
            .Where(json => json is not null && json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == kind)
            .Select(json => (JsonElement?)json!.RootElement.GetProperty(name)).FirstOrDefault();
        return new GenerationDefaults(
            Find("bos_token_id", JsonValueKind.Number)?.GetInt32() ?? DefaultBegin,
            model.StopTokenIds.Count > 0 ? model.StopTokenIds : [DefaultEnd],
            Find("pad_token_id", JsonValueKind.Number)?.GetInt32(),
            Find("do_sample", JsonValueKind.True) is not null,
            Find("temperature", JsonValueKind.Number)?.GetDouble() ?? 1,
            Find("top_p", JsonValueKind.Number)?.GetDouble() ?? 1);
    }

    private static JsonDocument? Parse(ModelDirectory model, string name)
    {
        var path = Path.Combine(model.Path, name);
        return File.Exists(path) ? JsonDocument.Parse(File.ReadAllBytes(path)) : null;
    }
}
