using System.Text.Json;

namespace BatchLLM.Prompts;

/// <summary>
/// Reads messages as the OpenAI API writes them: a role, and a content that is a text or an array of text parts (OpenAI API
/// reference, chat completions). Where an assistant said nothing, null or no content at all stands for empty text. All of
/// the content is the row's data; other fields of a message are passed over.
/// </summary>
internal static class ChatMessages
{
    /// <summary>The messages of an array.</summary>
    /// <param name="list">The array.</param>
    /// <param name="where">What holds it, for the message.</param>
    /// <param name="problem">What was found and expected; null if the messages were read.</param>
    /// <exception cref="InvalidOperationException">A text escapes half of a surrogate pair.</exception>
    public static IReadOnlyList<DraftMessage> Read(JsonElement list, string where, out string? problem)
    {
        problem = null;
        var messages = new List<DraftMessage>();
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            problem = $"{where} is missing or empty; expected an array of messages";
            return messages;
        }

        foreach (var item in list.EnumerateArray())
        {
            var role = Property(item, "role");
            var content = ReadContent(Property(item, "content")) ?? Silence(role, Property(item, "content"));
            if (role.ValueKind != JsonValueKind.String || content is null)
            {
                problem = $"{where}[{messages.Count}] is not a role and a text content";
                return messages;
            }

            messages.Add(new DraftMessage(role.GetString()!, [new PromptPart(content, true)]));
        }

        return messages;
    }

    private static string? ReadContent(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString(),
        JsonValueKind.Array when content.EnumerateArray().All(IsTextPart) =>
            string.Concat(content.EnumerateArray().Select(part => Property(part, "text").GetString())),
        _ => null,
    };

    private static string? Silence(JsonElement role, JsonElement content) =>
        content.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined
        && role.ValueKind == JsonValueKind.String && role.ValueEquals("assistant"u8)
            ? ""
            : null;

    private static bool IsTextPart(JsonElement part) =>
        Property(part, "type") is { ValueKind: JsonValueKind.String } type && type.ValueEquals("text"u8)
        && Property(part, "text").ValueKind == JsonValueKind.String;

    private static JsonElement Property(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;
}
