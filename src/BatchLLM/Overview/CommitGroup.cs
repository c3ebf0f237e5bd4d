namespace BatchLLM.Overview;

/// <summary>Committed shards that were leased together: a worker computes their rows at the same time.</summary>
/// <param name="LeasedAt">When they were leased, by the store's clock.</param>
/// <param name="At">When the last of them was committed.</param>
/// <param name="Rows">Rows that ended with them.</param>
/// <param name="Tokens">Their prompt and completion tokens.</param>
/// <param name="Shards">How many they are.</param>
public readonly record struct CommitGroup(DateTimeOffset LeasedAt, DateTimeOffset At, long Rows, long Tokens, int Shards);
