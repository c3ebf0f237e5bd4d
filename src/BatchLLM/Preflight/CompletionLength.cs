namespace BatchLLM.Preflight;

/// <summary>How long a sampled row's completion got.</summary>
/// <param name="Tokens">Tokens generated.</param>
/// <param name="IsWhole">False if time ran out before it ended, so that it would have become longer.</param>
/// <param name="MaxTokens">Most tokens it could come to.</param>
public readonly record struct CompletionLength(int Tokens, bool IsWhole, int MaxTokens);
