namespace BatchLLM.Jobs;

/// <summary>Time-limited holds on shards, by the store's clock: all that reading windows needs of it.</summary>
public interface IShardLeases
{
    /// <summary>
    /// Leases up to <paramref name="most"/> shards of a running job, lowest first: such as nobody holds, or whose lease
    /// has run out; fewer where the job's tenant may hold no more, none before a canary is approved. Each gets a new epoch.
    /// </summary>
    Task<IReadOnlyList<ShardLease>> LeaseAsync(
        long jobId, string worker, int most, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>
    /// Extends leases; returns those still held, which one that ran out is until another worker takes the shard. The
    /// others were lost: to another worker, or because the job does not run any more.
    /// </summary>
    Task<IReadOnlyList<ShardLease>> RenewAsync(
        IReadOnlyList<ShardLease> leases, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Hands uncommitted leases back, so that others need not wait until they run out.</summary>
    Task ReleaseAsync(IReadOnlyList<ShardLease> leases, CancellationToken cancellationToken);
}
