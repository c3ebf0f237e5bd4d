using BatchLLM.Retention;

namespace BatchLLM.Host.Retention;

/// <summary>What became of results whose time is over.</summary>
/// <param name="Results">Whose.</param>
/// <param name="Fate">Whether they went.</param>
/// <param name="Files">How many files went.</param>
/// <param name="Note">Why they stay, or what was found other than expected; null for nothing.</param>
internal sealed record ResultOutcome(ExpiredResults Results, ResultFate Fate, int Files, string? Note);
