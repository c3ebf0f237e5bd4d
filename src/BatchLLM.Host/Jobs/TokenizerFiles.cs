using BatchLLM.Tokens;

namespace BatchLLM.Host.Jobs;

/// <summary>The tokenizer in a model's directory, found without opening its weights.</summary>
internal static class TokenizerFiles
{
    /// <summary>Opens the tokenizer of a directory.</summary>
    /// <exception cref="BatchLLMException">There is none, or it is damaged or not supported.</exception>
    public static ITokenizer Open(string directory)
    {
        var path = Path.Combine(directory, "tokenizer.json");
        return File.Exists(path)
            ? TokenizerJson.Load(File.ReadAllBytes(path), path)
            : throw new BatchLLMException(Directory.Exists(directory)
                ? $"Model {directory}: tokenizer.json is missing; copy it from where the model was published."
                : $"There is no directory {directory}; expected a model's.");
    }
}
