namespace BatchLLM.Prompts;

/// <summary>One message of a chat prompt.</summary>
/// <param name="Role">system, user, assistant or another role that the template knows.</param>
/// <param name="Content">The text.</param>
public sealed record ChatMessage(string Role, string Content);
