using BatchLLM.Jobs;

namespace BatchLLM.Tests.Jobs;

/// <summary>Hands out the shards of one job, each once.</summary>
internal sealed class LeaseList(IEnumerable<NewShard> shards) : IShardLeases
{
    private readonly Queue<ShardLease> _free = new(shards.Select((shard, index) => new ShardLease(1, index, 1, shard)));

    /// <summary>Shards that were leased.</summary>
    public int Leased { get; private set; }

    public Task<IReadOnlyList<ShardLease>> LeaseAsync(
        long jobId, string worker, int most, TimeSpan duration, CancellationToken cancellationToken)
    {
        lock (_free)
        {
            ShardLease[] leases = [.. Enumerable.Range(0, Math.Min(most, _free.Count)).Select(_ => _free.Dequeue())];
            Leased += leases.Length;
            return Task.FromResult<IReadOnlyList<ShardLease>>(leases);
        }
    }

    public Task<IReadOnlyList<ShardLease>> RenewAsync(
        IReadOnlyList<ShardLease> leases, TimeSpan duration, CancellationToken cancellationToken) => Task.FromResult(leases);

    public Task ReleaseAsync(IReadOnlyList<ShardLease> leases, CancellationToken cancellationToken) => Task.CompletedTask;
}
