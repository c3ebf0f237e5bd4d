using System.Text.Json;
using BatchLLM.Jobs;
using BatchLLM.Postgres.Database;

namespace BatchLLM.Postgres.Jobs;

public sealed partial class PostgresJobStore
{
    /// <inheritdoc />
    public async Task<IReadOnlyList<ShardLease>> LeaseAsync(
        long jobId, string worker, int most, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(worker);
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        var request = Guid.NewGuid();
        var (leases, isOverdue) = await database.RunAsync(async session =>
        {
            var tenant = await session.FindAsync<JobTenant>("Jobs/lock_job_to_lease.sql", new { JobId = jobId, Request = request });
            var rows = tenant is null or { IsOverdue: true } ? [] : await session.QueryAsync<ShardRow>("Jobs/lease_shards.sql", new
            {
                JobId = jobId,
                Worker = worker,
                Request = request,
                Most = most,
                Room = await RoomAsync(session, tenant, request),
                tenant.IsRetry,
                Seconds = duration.TotalSeconds,
            });
            return ((IReadOnlyList<ShardLease>)[.. rows.Select(row => row.ToLease())], tenant is { IsOverdue: true });
        }, cancellationToken);
        await PauseOverdueAsync(isOverdue ? [jobId] : [], cancellationToken);
        return leases;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<ShardLease>> RenewAsync(
        IReadOnlyList<ShardLease> leases, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leases);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        var (jobIds, shardIndexes, epochs) = Columns(leases);
        var (kept, overdue) = await database.RunAsync(async session =>
        {
            await session.CommitLazilyAsync();
            var running = await session.QueryAsync<RunningJob>("Jobs/lock_running_jobs.sql", new { JobIds = jobIds });
            var held = await session.QueryAsync<(long JobId, int ShardIndex)>("Jobs/renew_leases.sql", new
            {
                JobIds = jobIds,
                ShardIndexes = shardIndexes,
                Epochs = epochs,
                RunningJobIds = Ids(running, isOverdue: false),
                Seconds = duration.TotalSeconds,
            });
            var keys = held.ToHashSet();
            return (leases.Where(lease => keys.Contains((lease.JobId, lease.ShardIndex))).ToList(), Ids(running, isOverdue: true));
        }, cancellationToken);
        await PauseOverdueAsync(overdue, cancellationToken);
        return kept;
    }

    /// <inheritdoc />
    public Task ReleaseAsync(IReadOnlyList<ShardLease> leases, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leases);
        var (jobIds, shardIndexes, epochs) = Columns(leases);
        return database.RunAsync(
            session => session.ExecuteAsync(
                "Jobs/release_leases.sql", new { JobIds = jobIds, ShardIndexes = shardIndexes, Epochs = epochs }),
            cancellationToken);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<string>> ListWorkersAsync(long jobId, CancellationToken cancellationToken) =>
        database.RunAsync(
            async session => (IReadOnlyList<string>)
                [.. await session.QueryAsync<string>("Jobs/list_workers.sql", new { JobId = jobId })],
            cancellationToken);

    /// <inheritdoc />
    public Task ReleaseWorkerAsync(long jobId, string worker, CancellationToken cancellationToken) =>
        database.RunAsync(
            session => session.ExecuteAsync("Jobs/release_worker.sql", new { JobId = jobId, Worker = worker }),
            cancellationToken);

    /// <inheritdoc />
    /// <exception cref="ArgumentException">
    /// The shards are none, twice the same or of several jobs, or an output does not count each row of its shard exactly once.
    /// </exception>
    public Task<IReadOnlyList<bool>> CommitAsync(
        IReadOnlyList<FinishedShard> shards, Func<RowCounts, string?> reasonToPause, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(shards);
        ArgumentNullException.ThrowIfNull(reasonToPause);
        Check(shards);
        var parameters = CommitParameters(shards);
        return database.RunAsync(async session =>
        {
            await session.ExecuteAsync("Jobs/lock_job.sql", parameters);
            var counted = new HashSet<int>();
            if (await session.FindAsync<CommitRow>("Jobs/commit_shards.sql", parameters) is { } committed)
            {
                counted.UnionWith(committed.ShardIndexes);
                if (reasonToPause(committed.ToCounts()) is { } reason)
                {
                    await PauseAsync(session, shards[0].Lease.JobId, reason);
                }
            }

            if (counted.Count < shards.Count)
            {
                counted.UnionWith(await session.QueryAsync<int>("Jobs/list_repeated.sql", parameters));
            }

            return (IReadOnlyList<bool>)[.. shards.Select(shard => counted.Contains(shard.Lease.ShardIndex))];
        }, cancellationToken);
    }

    /// <summary>Shards that a job's tenant may still lease; null for any number.</summary>
    private static async Task<int?> RoomAsync(Session session, JobTenant job, Guid request)
    {
        if (job.MostLeasedShards is null)
        {
            return null;
        }

        var most = await session.FindAsync<int?>("Jobs/lock_tenant.sql", new { job.Tenant });
        return most is null ? null : await session.FindAsync<int?>(
            "Jobs/count_room.sql", new { job.Tenant, MostLeasedShards = most, Request = request });
    }

    private static void Check(IReadOnlyList<FinishedShard> shards)
    {
        if (shards.DistinctBy(shard => shard.Lease.JobId).Count() != 1
            || shards.DistinctBy(shard => shard.Lease.ShardIndex).Count() != shards.Count)
        {
            throw new ArgumentException("Expected shards of one job, each once.", nameof(shards));
        }

        foreach (var (lease, output) in shards)
        {
            if (output.Counts.Done != lease.Shard.Range.RowCount)
            {
                throw new ArgumentException(
                    $"Shard {lease.ShardIndex} of job {lease.JobId} has {lease.Shard.Range.RowCount} rows, but its output " +
                    $"counts {output.Counts.Done}.", nameof(shards));
            }
        }
    }

    private static object CommitParameters(IReadOnlyList<FinishedShard> shards) => new
    {
        shards[0].Lease.JobId,
        ShardIndexes = Column(shards, shard => shard.Lease.ShardIndex),
        Epochs = Column(shards, shard => shard.Lease.Epoch),
        Ok = Column(shards, shard => shard.Output.Counts.Ok),
        Truncated = Column(shards, shard => shard.Output.Counts.Truncated),
        Failed = Column(shards, shard => shard.Output.Counts.Failed),
        PromptTokens = Column(shards, shard => shard.Output.Counts.PromptTokens),
        CompletionTokens = Column(shards, shard => shard.Output.Counts.CompletionTokens),
        SharedPromptTokens = Column(shards, shard => shard.Output.Counts.SharedPromptTokens),
        CopiedRows = Column(shards, shard => shard.Output.Counts.CopiedRows),
        ReusedRows = Column(shards, shard => shard.Output.Counts.ReusedRows),
        PartUris = Column(shards, shard => shard.Output.PartUri),
        PartLengths = Column(shards, shard => shard.Output.Part.Length),
        PartSha256s = Column(shards, shard => shard.Output.Part.Sha256),
        ErrorsUris = Column(shards, shard => shard.Output.ErrorsUri),
        ErrorsLengths = Column(shards, shard => shard.Output.Errors?.Length),
        ErrorsSha256s = Column(shards, shard => shard.Output.Errors?.Sha256),
        ErrorCounts = Column(shards, shard => shard.Output.ErrorCounts is { } counts ? JsonSerializer.Serialize(counts) : null),
    };

    private static T[] Column<T>(IReadOnlyList<FinishedShard> shards, Func<FinishedShard, T> value) => [.. shards.Select(value)];

    private static (long[] JobIds, int[] ShardIndexes, int[] Epochs) Columns(IReadOnlyList<ShardLease> leases) => (
        [.. leases.Select(lease => lease.JobId)],
        [.. leases.Select(lease => lease.ShardIndex)],
        [.. leases.Select(lease => lease.Epoch)]);

    private static long[] Ids(IEnumerable<RunningJob> jobs, bool isOverdue) => [.. jobs.Where(job => job.IsOverdue == isOverdue).Select(job => job.Id)];

    private sealed record RunningJob(long Id, bool IsOverdue);

    private sealed record JobTenant(string Tenant, bool IsOverdue, bool IsRetry, int? MostLeasedShards);
}
