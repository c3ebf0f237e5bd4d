namespace BatchLLM.Tokens;

/// <summary>Two neighbouring tokens and what they become.</summary>
/// <param name="Left">The first token.</param>
/// <param name="Right">The token after it.</param>
/// <param name="Rank">The lowest is applied first.</param>
/// <param name="Merged">The token that replaces both.</param>
internal readonly record struct Merge(int Left, int Right, int Rank, int Merged);
