namespace BatchLLM.Prompts;

/// <summary>One message of a prompt before the chat template.</summary>
/// <param name="Role">system, user, assistant or another role that the template knows.</param>
/// <param name="Parts">The content, in order.</param>
public sealed record DraftMessage(string Role, IReadOnlyList<PromptPart> Parts)
{
    /// <summary>The message with its parts put together.</summary>
    public ChatMessage ToMessage() => new(Role, string.Concat(Parts.Select(part => part.Text)));
}
