using BatchLLM.Canaries;
using BatchLLM.Jobs;

namespace BatchLLM.Tests.Jobs;

/// <summary>Hands out the shards of one job, each once; what has nothing to do with leases it refuses.</summary>
internal sealed class LeaseList(IEnumerable<NewShard> shards) : IJobStore
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

    public Task<(Job Job, bool Created)> CreateAsync(
        NewJob job, IReadOnlyList<NewShard> shards, bool again, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<Job?> FindAsync(long jobId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Job?> FindByKeyAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<Job>> ListAsync(int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<bool>> CommitAsync(
        IReadOnlyList<FinishedShard> shards, Func<RowCounts, string?> reasonToPause, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<string>> ListWorkersAsync(long jobId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task ReleaseWorkerAsync(long jobId, string worker, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<CommittedShard>> ListCommittedAsync(long jobId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<bool> PauseAsync(long jobId, string reason, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<bool> ResumeAsync(long jobId, string? specJson, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<NewShard>> ListShardsAsync(long jobId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IAsyncDisposable> LockCanaryAsync(long jobId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task FinishCanaryAsync(long jobId, CanaryReport report, string? reasonToWait, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<bool> ApproveAsync(long jobId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string?> RetryAsync(Job job, string? error, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<bool> CancelAsync(long jobId, string reason, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IAsyncDisposable> LockPublishingAsync(long jobId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<bool> FinishAsync(long jobId, JobState from, string receiptSha256, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
