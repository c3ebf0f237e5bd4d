namespace BatchLLM.Jobs;

/// <summary>A shard whose output counts.</summary>
/// <param name="ShardIndex">0-based number of the shard in its job.</param>
/// <param name="Shard">What was run.</param>
/// <param name="Epoch">The lease that committed it.</param>
/// <param name="Output">What was written.</param>
public sealed record CommittedShard(int ShardIndex, NewShard Shard, int Epoch, ShardOutput Output)
{
    /// <summary>
    /// Where the shard's failed rows begin in the published file of all, in bytes; of the file of before, until a retry is over.
    /// </summary>
    public long ErrorsOffset { get; init; }
}
