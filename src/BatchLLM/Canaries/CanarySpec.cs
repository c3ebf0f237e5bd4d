namespace BatchLLM.Canaries;

/// <summary>Rows that run before all others, and what decides whether these follow.</summary>
/// <param name="Rows">How many; all, if the job has fewer.</param>
/// <param name="MaxFailed">Most of them that may fail, as a share of 0 to 1; null if that decides nothing.</param>
/// <param name="MaxTruncated">Most of them that may be truncated, likewise. With neither share a person decides.</param>
public sealed record CanarySpec(int Rows, double? MaxFailed, double? MaxTruncated);
