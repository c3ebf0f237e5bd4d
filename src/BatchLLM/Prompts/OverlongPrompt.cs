namespace BatchLLM.Prompts;

/// <summary>A prompt of more tokens than there is room for.</summary>
/// <param name="Tokens">Its tokens.</param>
/// <param name="Limit">What the context leaves after max_tokens; 0 or less if nothing.</param>
/// <param name="CutTo">Tokens left of it; null if it may not be cut, so that the row fails.</param>
public sealed record OverlongPrompt(int Tokens, int Limit, int? CutTo);
