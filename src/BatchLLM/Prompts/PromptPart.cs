namespace BatchLLM.Prompts;

/// <summary>A piece of a prompt, and whose it is.</summary>
/// <param name="Text">The text.</param>
/// <param name="IsData">
/// True if it came from a row: control tokens are not recognised in it, and it may be cut; false if the job file wrote it.
/// </param>
public readonly record struct PromptPart(string Text, bool IsData);
