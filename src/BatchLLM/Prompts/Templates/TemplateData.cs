using System.Collections.Frozen;
using System.Text.Json;

namespace BatchLLM.Prompts.Templates;

/// <summary>
/// Makes template values of a row's data. Texts and keys come out as user data; only roles that templates know are words
/// of the template, because some templates spell a control token with them.
/// </summary>
internal static class TemplateData
{
    private static readonly FrozenDictionary<string, TemplateString> KnownRoles = new[]
    {
        "system", "developer", "user", "assistant", "model", "tool", "function", "ipython", "observation",
    }.ToFrozenDictionary(role => role, TemplateString.FromTemplate, StringComparer.Ordinal);

    private static readonly TemplateString[] MessageKeys =
        [TemplateString.FromTemplate("role"), TemplateString.FromTemplate("content")];

    /// <summary>Messages of a role and a text.</summary>
    public static object?[] OfMessages(IReadOnlyList<ChatMessage> messages)
    {
        var values = new object?[messages.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var message = messages[i];
            values[i] = new TemplateMap(MessageKeys, [Role(message.Role), TemplateString.FromData(message.Content)]);
        }

        return values;
    }

    /// <summary>Messages with whatever members they have.</summary>
    public static object?[] OfMessages(JsonElement messages) => [.. messages.EnumerateArray().Select(OfMessage)];

    /// <summary>Any JSON value.</summary>
    /// <exception cref="InvalidOperationException">A text holds half of a surrogate pair.</exception>
    public static object? OfJson(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => TemplateString.FromData(value.GetString()!),
        JsonValueKind.Number => value.TryGetInt64(out var integer) ? (object)integer : value.GetDouble(),
        JsonValueKind.True or JsonValueKind.False => TemplateValues.Truth(value.ValueKind == JsonValueKind.True),
        JsonValueKind.Array => value.EnumerateArray().Select(OfJson).ToArray(),
        JsonValueKind.Object => Map(value),
        _ => null,
    };

    private static TemplateMap Map(JsonElement value)
    {
        var map = new TemplateMap([], []);
        foreach (var member in value.EnumerateObject())
        {
            map.Set(TemplateString.FromData(member.Name), OfJson(member.Value));
        }

        return map;
    }

    private static TemplateMap OfMessage(JsonElement message)
    {
        var map = Map(message);
        if (map["role"] is TemplateString role)
        {
            map.Set(MessageKeys[0], Role(role.Text));
        }

        return map;
    }

    private static TemplateString Role(string role) =>
        KnownRoles.TryGetValue(role, out var known) ? known : TemplateString.FromData(role);
}
