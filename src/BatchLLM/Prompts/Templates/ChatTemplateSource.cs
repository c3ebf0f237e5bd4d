using System.Text.Json;

namespace BatchLLM.Prompts.Templates;

/// <summary>The chat template of a checkpoint and the tokens that it writes, found in the checkpoint's files.</summary>
/// <param name="Template">The template's source; null if the checkpoint has none.</param>
/// <param name="BosToken">The text of the token that begins a sequence; null if none is named.</param>
/// <param name="EosToken">The text of the token that ends a turn; null if none is named.</param>
public sealed record ChatTemplateSource(string? Template, string? BosToken, string? EosToken)
{
    /// <summary>Chooses: chat_template.jinja before tokenizer_config.json, and there "default" among several.</summary>
    /// <param name="jinja">The text of chat_template.jinja; null if the checkpoint has no such file.</param>
    /// <param name="tokenizerConfig">
    /// The bytes of tokenizer_config.json; empty if the checkpoint has no such file.
    /// </param>
    /// <param name="name">What messages call tokenizer_config.json.</param>
    /// <exception cref="BatchLLMException">tokenizer_config.json is damaged.</exception>
    public static ChatTemplateSource Choose(string? jinja, ReadOnlyMemory<byte> tokenizerConfig, string name)
    {
        if (tokenizerConfig.IsEmpty)
        {
            return new ChatTemplateSource(jinja, null, null);
        }

        try
        {
            using var document = JsonDocument.Parse(tokenizerConfig);
            var root = document.RootElement;
            return new ChatTemplateSource(
                jinja ?? DefaultTemplate(Member(root, "chat_template")),
                TokenText(Member(root, "bos_token")),
                TokenText(Member(root, "eos_token")));
        }
        catch (JsonException exception)
        {
            throw new BatchLLMException(
                $"{name} is not valid JSON: {exception.Message} Copy the file again.", innerException: exception);
        }
        catch (InvalidOperationException exception)
        {
            // What JsonElement throws for another kind of value, and for text that is not valid Unicode.
            throw new BatchLLMException(
                $"{name}: found a chat_template, bos_token or eos_token of an unknown shape; expected texts, a list of "
                + "{name, template}, or {content}. Copy the file again.",
                innerException: exception);
        }
    }

    /// <summary>What the template knows besides the messages, for prompts of a time, which it sees in UTC.</summary>
    public ChatTemplateContext ContextAt(DateTimeOffset time) =>
        new() { BosToken = BosToken, EosToken = EosToken, Now = time.UtcDateTime };

    private static string? DefaultTemplate(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? value.EnumerateArray()
            .Where(entry => Text(Member(entry, "name")) == "default")
            .Select(entry => Text(Member(entry, "template")))
            .FirstOrDefault()
        : Text(value);

    private static string? TokenText(JsonElement value) =>
        Text(value.ValueKind == JsonValueKind.Object ? Member(value, "content") : value);

    private static JsonElement Member(JsonElement element, string name) =>
        element.TryGetProperty(name, out var member) ? member : default;

    private static string? Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.Undefined ? null : value.GetString();
}
