using System.Text.Json;

namespace BatchLLM.Checkpoints;

/// <summary>Reads a config.json alone, without the weights beside it.</summary>
public static class LlamaConfigFile
{
    private const string ContextKey = "max_position_embeddings";

    /// <summary>Reads the model's numbers; what the file says of quantization is not looked at.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="BatchLLMException">It cannot be read, or describes no model that the engine computes.</exception>
    public static LlamaConfig Read(string path) => Read(path, json => Read(json, path));

    /// <summary>The most positions of one sequence, of a model of any architecture.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="BatchLLMException">It cannot be read, or does not say.</exception>
    public static int ReadContextLength(string path) => Read(path, json =>
        json.TryGetProperty(ContextKey, out var value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt32(out var length) && length > 0
            ? length
            : throw new BatchLLMException($"{path}: {ContextKey} is missing or no number of positions; expected 1 or more."));

    private static T Read<T>(string path, Func<JsonElement, T> read)
    {
        try
        {
            using var json = JsonText.Parse(File.ReadAllBytes(path));
            return json.RootElement.ValueKind == JsonValueKind.Object
                ? read(json.RootElement)
                : throw new BatchLLMException($"{path}: the file is not a JSON object; expected a model's config.json.");
        }
        catch (JsonException e)
        {
            throw new BatchLLMException($"{path}: the file is not valid JSON ({e.Message}); expected a model's config.json.", innerException: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BatchLLMException($"{path}: the file cannot be read ({e.Message}); expected a model's config.json.", innerException: e);
        }
    }

    private static LlamaConfig Read(JsonElement json, string path)
    {
        var problems = new List<string>();
        var config = LlamaConfigReader.Read(new JsonFields(json, path, problems));
        return problems.Count == 0 ? config : throw new BatchLLMException(problems[0]);
    }
}
