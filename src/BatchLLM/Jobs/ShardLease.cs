namespace BatchLLM.Jobs;

/// <summary>A worker's time-limited hold on a shard.</summary>
/// <param name="JobId">The job.</param>
/// <param name="ShardIndex">0-based number of the shard in its job; input order.</param>
/// <param name="Epoch">Counts the leases of this shard; a commit with an older epoch is refused.</param>
/// <param name="Shard">What to run.</param>
public sealed record ShardLease(long JobId, int ShardIndex, int Epoch, NewShard Shard)
{
    /// <summary>What it had committed before this retry; null if it never ran to its end.</summary>
    public FormerOutcome? Former { get; init; }
}
