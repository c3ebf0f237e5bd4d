namespace BatchLLM.Tokens;

/// <summary>A part of a prompt: an added token, or text to be encoded.</summary>
/// <param name="Text">The text, normalized; empty for an added token.</param>
/// <param name="Token">The added token's id, or -1 for text.</param>
/// <param name="StartsPrompt">True for text with which the prompt begins.</param>
internal readonly record struct PromptPiece(ReadOnlyMemory<char> Text, int Token, bool StartsPrompt)
{
    /// <summary>True for text, false for an added token.</summary>
    public bool IsText => Token < 0;
}
