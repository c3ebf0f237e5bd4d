using System.Text.Json;

namespace BatchLLM.IntegrationTests.Peers;

/// <summary>
/// Where @huggingface/jinja 0.5.11 departs from Python's Jinja, which models were trained with and which this project
/// follows: the peer cannot be asked there.
/// </summary>
internal static class PeerDeviations
{
    /// <summary>Whether the peer's answer to a conversation says nothing.</summary>
    /// <param name="template">The template's source.</param>
    /// <param name="conversation">The conversation, an object with messages.</param>
    /// <param name="theirs">What the peer rendered; null if it refused.</param>
    /// <param name="ours">What was rendered here; null if it was refused.</param>
    public static bool Apply(string template, JsonElement conversation, string? theirs, string? ours)
    {
        var messages = conversation.GetProperty("messages").EnumerateArray().ToArray();
        // A member of an undefined value is undefined there and an error in Python: messages[0]['role'] of no messages.
        return (messages.Length == 0 && ours is null)
            // A map joined to a text prints as JavaScript does it; in Python it is an error.
            || (ours is null && theirs!.Contains("[object Map]", StringComparison.Ordinal))
            // Text compares with false as in JavaScript, where '' == false: a blank text, or one that reads as 0, is taken for no text.
            || (Holds("!= false", "== false", "== \"\"") && messages.Any(IsBlankOrZero))
            // Maps are equal only if they are one and the same, so of two equal messages it does not find both.
            || (Holds("== user_messages[-1]") && messages.Select(message => message.GetRawText()).Distinct().Count() < messages.Length)
            // lstrip and rstrip leave their argument out of account and take all white space away.
            || (Holds("strip('\\n')") && messages.Any(HasWhiteEnds))
            // It does not go through the characters of a text, has no selectattr for one, and no filter reject.
            || (theirs is null && Holds("for content in message['content']", "selectattr(\"type\"", "| reject("))
            // selectattr with the test undefined selects nothing, so that nothing is refused.
            || (ours is null && Holds("selectattr(\"tool_calls\", \"undefined\")"));

        bool Holds(params string[] parts) => parts.Any(part => template.Contains(part, StringComparison.Ordinal));
    }

    private static bool IsBlankOrZero(JsonElement message) => Content(message).All(unit => char.IsWhiteSpace(unit) || unit is '0' or '.' or '-' or '+');

    private static bool HasWhiteEnds(JsonElement message) =>
        Content(message) is var text && (text.Trim().Length != text.Length || text.Contains("</think>", StringComparison.Ordinal));

    private static string Content(JsonElement message) => message.GetProperty("content").GetString()!;
}
