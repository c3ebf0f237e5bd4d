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
    /// <param name="json">The value; must stay valid as long as this is used.</param>
    /// <exception cref="BatchLLMException">It is neither.</exception>
    public static ChatRequest Read(JsonElement json)
    {
        var messages = json.ValueKind == JsonValueKind.Object && json.TryGetProperty("messages", out var found)
            ? found
            : json;
        if (messages.ValueKind != JsonValueKind.Array
            || !messages.EnumerateArray().All(message => message.ValueKind == JsonValueKind.Object))
        {
            throw new BatchLLMException(
                "found no list of messages; expected a JSON array of objects such as {\"role\": \"user\", \"content\": \"...\"}, "
                + "or an object with such an array as messages.");
        }

        return new ChatRequest(messages, json.ValueKind == JsonValueKind.Object
            ? [.. json.EnumerateObject().Where(member => member.Name != "messages")]
            : []);
    }
}
