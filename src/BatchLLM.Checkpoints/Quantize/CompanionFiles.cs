using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchLLM.Checkpoints.Quantize;

/// <summary>The files of a checkpoint that quantization does not change: tokenizer, chat template, generation settings.</summary>
internal static class CompanionFiles
{
    private static readonly string[] Patterns =
        ["tokenizer*", "chat_template*", "generation_config.json", "special_tokens_map.json", "LICENSE*", "USE_POLICY*"];

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Copies them from one model directory to another.</summary>
    public static void Copy(string from, string to)
    {
        foreach (var file in Patterns.SelectMany(pattern => Directory.EnumerateFiles(from, pattern)))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        }
    }

    /// <summary>Writes a JSON file; whoever finds its name finds all of it.</summary>
    public static void WriteJson(string path, JsonObject json)
    {
        using (var stream = File.Create(path + ".new"))
        {
            JsonSerializer.Serialize(stream, json, Indented);
            stream.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: true);
    }
}
