using System.Text.Json;

namespace BatchLLM.Checkpoints;

/// <summary>Reads a config.json alone, without the weights beside it.</summary>
public static class LlamaConfigFile
{
    /// <summary>Reads the model's numbers; what the file says of quantization is not looked at.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="BatchLLMException">It cannot be read, or describes no model that the engine computes.</exception>
    public static LlamaConfig Read(string path)
    {
        try
        {
            using var json = JsonText.Parse(File.ReadAllBytes(path));
            return json.RootElement.ValueKind == JsonValueKind.Object
                ? Read(json.RootElement, path)
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
