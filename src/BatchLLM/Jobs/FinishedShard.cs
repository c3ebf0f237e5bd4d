namespace BatchLLM.Jobs;

/// <summary>A shard that was run and written, but that does not count yet.</summary>
/// <param name="Lease">Under which it was run.</param>
/// <param name="Output">Its files and counts.</param>
public sealed record FinishedShard(ShardLease Lease, ShardOutput Output);
