using System.Text.Json;
using BatchLLM.Prompts.Templates;

namespace BatchLLM.Host.Texts;

/// <summary>Conversations to prompts, a JSON line each.</summary>
/// <param name="template">The model's chat template.</param>
/// <param name="context">What the template knows besides the conversation.</param>
internal sealed class PromptLines(ChatTemplate template, ChatTemplateContext context)
{
    /// <summary>An array of messages, or an object with messages and other variables, to a JSON string.</summary>
    public string? Render(JsonElement input, Utf8JsonWriter output)
    {
        if (!ChatRequest.TryRead(input, out var request))
        {
            return "found no messages; expected an array of objects such as {\"role\": \"user\", \"content\": \"...\"}, "
                + "or an object with such an array as \"messages\".";
        }

        if (!template.TryRender(request, context, out var prompt, out var error))
        {
            return error.Message;
        }

        output.WriteStringValue(prompt.Text);
        return null;
    }
}
