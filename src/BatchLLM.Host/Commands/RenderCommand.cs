using System.CommandLine;
using BatchLLM.Host.Jobs;
using BatchLLM.Host.Texts;
using BatchLLM.Prompts.Templates;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm render --model DIR</c>.</summary>
internal static class RenderCommand
{
    public static Command Create()
    {
        var model = new Option<string>("--model")
        {
            Description = "The model's directory; of its files only the chat template's are read.",
            HelpName = "directory",
            Required = true,
        };
        var noGenerationPrompt = new Option<bool>("--no-generation-prompt")
        {
            Description = "End after the last message, not where the model is to answer.",
        };
        return new Command("render", "Shows what a model sees: an array of messages a line in, the prompt out as a JSON string.")
        {
            model,
            noGenerationPrompt,
        }.Runs((parsed, terminal, cancellationToken) =>
        {
            var lines = Open(parsed.GetValue(model)!, !parsed.GetValue(noGenerationPrompt));
            return new LineFilter(
                Console.OpenStandardInput(), Console.OpenStandardOutput(), terminal.Error, lines.Render).RunAsync(cancellationToken);
        });
    }

    private static PromptLines Open(string directory, bool addGenerationPrompt)
    {
        var source = ChatTemplateFiles.Read(directory);
        var template = source.Template ?? throw new BatchLLMException(
            $"Model {directory} has no chat template; expected chat_template.jinja, or chat_template in tokenizer_config.json. "
            + "Copy it from where the model was published.");
        return new PromptLines(ChatTemplate.Parse(template), new ChatTemplateContext
        {
            BosToken = source.BosToken,
            EosToken = source.EosToken,
            AddGenerationPrompt = addGenerationPrompt,
            Now = DateTime.UtcNow,
        });
    }
}
