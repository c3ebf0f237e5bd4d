using System.Text.Json;

namespace BatchLLM.Checkpoints.Onnx;

/// <summary>Reads genai_config.json, which onnxruntime-genai's model builder writes beside the graph.</summary>
internal static class GenaiConfigReader
{
    /// <summary>The file's name.</summary>
    public const string FileName = "genai_config.json";

    /// <summary>Reads the file; null, with problems, if its numbers cannot be used.</summary>
    public static GenaiConfig? Read(string directory, ICollection<string> problems)
    {
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
        {
            problems.Add($"{FileName}: the file is missing from {directory}; expected it beside the ONNX model. Download it again.");
            return null;
        }

        try
        {
            using var document = JsonText.Parse(File.ReadAllBytes(path));
            return ReadRoot(document.RootElement, problems);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            problems.Add($"{FileName}: the file cannot be read as JSON ({e.Message}); download it again.");
            return null;
        }
    }

    private static GenaiConfig? ReadRoot(JsonElement root, ICollection<string> problems)
    {
        var found = new List<string>();
        var model = root.ValueKind == JsonValueKind.Object ? new JsonFields(root, FileName, found).Object("model") : null;
        var config = model?.Object("decoder") is { } decoder ? Read(model, decoder) : null;
        if (config is null)
        {
            found.Add($"{FileName}: there is no object model.decoder; take the file as its publisher wrote it.");
        }

        found.ForEach(problems.Add);
        return found.Count == 0 ? config : null;
    }

    private static GenaiConfig Read(JsonFields model, JsonFields decoder)
    {
        if (model.Text("type") is { } type and not "llama")
        {
            model.Refuse($"the model's type is '{type}'; expected 'llama'. Use a Llama model.");
        }

        var heads = decoder.Count("num_attention_heads");
        var hidden = decoder.Count("hidden_size");
        var config = new GenaiConfig(
            decoder.Text("filename") ?? "model.onnx",
            decoder.Object("outputs")?.Text("logits") ?? "logits",
            hidden,
            decoder.Count("num_hidden_layers"),
            heads,
            decoder.Count("num_key_value_heads", heads),
            decoder.Count("head_size", Math.Max(1, hidden / heads)),
            model.Count("vocab_size"),
            model.Count("context_length"),
            model.Ids("eos_token_id"));
        Check(config, model, decoder);
        return config;
    }

    private static void Check(GenaiConfig config, JsonFields model, JsonFields decoder)
    {
        if (config.HeadCount % config.KvHeadCount != 0 || config.HeadSize % 2 != 0
            || (long)config.HeadCount * config.HeadSize > int.MaxValue / 2)
        {
            decoder.Refuse($"{config.HeadCount} heads of {config.HeadSize} share {config.KvHeadCount} key and value heads; " +
                "expected an even head_size and a num_key_value_heads that divides num_attention_heads.");
        }

        if (config.FileName.AsSpan().IndexOfAny('/', '\\') >= 0 || config.FileName is "" or "..")
        {
            decoder.Refuse($"filename is '{config.FileName}'; expected the name of a file beside {FileName}.");
        }

        foreach (var id in config.StopTokenIds.Where(id => id >= config.VocabularySize))
        {
            model.Refuse($"eos_token_id {id} is outside the vocabulary of {config.VocabularySize}; " +
                "expected the file of this model.");
        }
    }
}
