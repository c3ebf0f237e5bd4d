using BatchLLM.Jobs;

namespace BatchLLM.Host.Service.Output;

/// <summary>What of a job's committed shards is passed on, as JSON lines.</summary>
internal interface IShardLines
{
    /// <summary>Writes one shard's lines.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="target">Where to.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="BatchLLMException">They are not there any more, or others are.</exception>
    Task WriteAsync(
        CommittedShard shard, Stream target, CancellationToken cancellationToken);
}
