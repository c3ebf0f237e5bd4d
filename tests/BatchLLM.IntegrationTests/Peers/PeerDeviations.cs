using System.Text.Json;

namespace BatchLLM.IntegrationTests.Peers;

/// <summary>
/// Where @huggingface/jinja 0.5.11 departs from Python's Jinja, which models were trained with and which this project
/// follows: the peer cannot be asked there.
/// </summary>
internal static class PeerDeviations
{
    /// <summary>Whether the peer's answer to a conversation says nothing.</summary>
    public static bool Apply(string template, JsonElement conversation, string answer) =>
        // A member of an undefined value is undefined there and an error in Python: messages[0]['role'] of no messages.
        conversation.GetProperty("messages").GetArrayLength() == 0
        // A map joined to a text prints as JavaScript does it; in Python it is an error.
        || answer.Contains("[object Map]", StringComparison.Ordinal)
        // Text compares with false as in JavaScript, where '' == false: a blank text, or '0', is taken for no text.
        || ((template.Contains("!= false", StringComparison.Ordinal) || template.Contains("== \"\"", StringComparison.Ordinal)
            || template.Contains("== false", StringComparison.Ordinal))
            && conversation.GetProperty("messages").EnumerateArray().Any(IsBlankOrZero))
        // lstrip and rstrip leave their argument out of account and take all white space away.
        || template.Contains("strip('\\n')", StringComparison.Ordinal)
        // It does not go through the characters of a text: content that may also be a list of parts, and selectattr on it.
        || template.Contains("for content in message['content']", StringComparison.Ordinal)
        || template.Contains("selectattr(\"type\"", StringComparison.Ordinal)
        // It has no filter reject.
        || template.Contains("| reject(", StringComparison.Ordinal) || template.Contains("|reject(", StringComparison.Ordinal)
        // selectattr does not find a member that is missing by the test undefined: it selects nothing.
        || template.Contains("selectattr(\"tool_calls\", \"undefined\")", StringComparison.Ordinal);

    private static bool IsBlankOrZero(JsonElement message) =>
        string.IsNullOrWhiteSpace(message.GetProperty("content").GetString()) || message.GetProperty("content").ValueEquals("0");
}
