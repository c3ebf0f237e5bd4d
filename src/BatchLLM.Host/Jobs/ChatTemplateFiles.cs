using BatchLLM.Prompts.Templates;

namespace BatchLLM.Host.Jobs;

/// <summary>The chat template in a model's directory, found without opening its weights.</summary>
internal static class ChatTemplateFiles
{
    /// <summary>The template of a directory and the tokens that it writes.</summary>
    /// <exception cref="BatchLLMException">There is no such directory, or tokenizer_config.json is damaged.</exception>
    public static ChatTemplateSource Read(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new BatchLLMException($"There is no directory {directory}; expected a model's.");
        }

        var template = Path.Combine(directory, "chat_template.jinja");
        var config = Path.Combine(directory, "tokenizer_config.json");
        return ChatTemplateSource.Choose(
            File.Exists(template) ? File.ReadAllText(template) : null,
            File.Exists(config) ? File.ReadAllBytes(config) : default,
            config);
    }
}
