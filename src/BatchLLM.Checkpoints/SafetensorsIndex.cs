using System.Text.Json;

namespace BatchLLM.Checkpoints;

/// <summary>Reads model.safetensors.index.json: which shard file holds which tensor.</summary>
internal static class SafetensorsIndex
{
    /// <summary>The index's file name.</summary>
    public const string FileName = "model.safetensors.index.json";

    /// <summary>Reads tensor name to shard file name; entries that leave the directory are refused.</summary>
    public static Dictionary<string, string> Parse(ReadOnlyMemory<byte> json, ICollection<string> problems)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var document = JsonText.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("weight_map", out var weights)
                && weights.ValueKind == JsonValueKind.Object)
            {
                ReadMap(weights, map, problems);
                return map;
            }

            problems.Add($"{FileName}: weight_map is missing; expected an object of tensor names and file names. Download the file again.");
        }
        catch (JsonException e)
        {
            problems.Add($"{FileName}: the file is not valid JSON ({e.Message}); download it again.");
        }

        return map;
    }

    private static void ReadMap(JsonElement weights, Dictionary<string, string> map, ICollection<string> problems)
    {
        foreach (var weight in weights.EnumerateObject())
        {
            var file = weight.Value.ValueKind == JsonValueKind.String ? weight.Value.GetString()! : "";
            if (!IsPlainName(file))
            {
                problems.Add($"{FileName}: tensor '{weight.Name}' is said to be in '{file}'; expected the name of a " +
                    ".safetensors file in the same directory. Do not use an index that points elsewhere.");
            }
            else if (!map.TryAdd(weight.Name, file))
            {
                problems.Add($"{FileName}: tensor '{weight.Name}' is named twice; expected once. Download the file again.");
            }
        }
    }

    private static bool IsPlainName(string file) =>
        file.EndsWith(".safetensors", StringComparison.Ordinal) && file.IndexOfAny(['/', '\\', ':', '\0']) < 0
            && !file.Contains("..", StringComparison.Ordinal);
}
