using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace BatchLLM.Prompts.Templates;

/// <summary>A conversation as JSON: messages with any members, and further variables such as tools.</summary>
public sealed class ChatRequest
{
    private ChatRequest(JsonElement messages, IReadOnlyList<JsonProperty> variables) =>
        (Messages, Variables) = (messages, variables);

    /// <summary>The messages: an array of objects.</summary>
    internal JsonElement Messages { get; }

    /// <summary>Everything else that the template can name.</summary>
    internal IReadOnlyList<JsonProperty> Variables { get; }

    /// <summary>Reads an array of messages, or an object with messages and other variables.</summary>
    /// <param name="json">The value; must stay valid as long as the request is used.</param>
    /// <param name="request">What was read; null if it is neither.</param>
    public static bool TryRead(JsonElement json, [NotNullWhen(true)] out ChatRequest? request)
    {
        var messages = json.ValueKind == JsonValueKind.Object && json.TryGetProperty("messages", out var found)
            ? found
            : json;
        request = messages.ValueKind == JsonValueKind.Array
            && messages.EnumerateArray().All(message => message.ValueKind == JsonValueKind.Object)
                ? new ChatRequest(messages, Others(json))
                : null;
        return request is not null;
    }

    private static IReadOnlyList<JsonProperty> Others(JsonElement json) => json.ValueKind == JsonValueKind.Object
        ? [.. json.EnumerateObject().Where(member => member.Name != "messages")]
        : [];
}
