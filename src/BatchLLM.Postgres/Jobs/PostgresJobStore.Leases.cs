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
            var tenant = await session.FindAsync<JobTenant>("Jobs/lock_job_to_lease.sql", new { JobId = jobId });
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
    /// <exception cref="ArgumentException">The output does not count each row of the shard exactly once.</exception>
    public Task<bool> CommitAsync(
        ShardLease lease, ShardOutput output, Func<RowCounts, string?> reasonToPause, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(reasonToPause);
        if (output.Counts.Done != lease.Shard.Range.RowCount)
        {
            throw new ArgumentException(
                $"Shard {lease.ShardIndex} of job {lease.JobId} has {lease.Shard.Range.RowCount} rows, but its output " +
                $"counts {output.Counts.Done}.", nameof(output));
        }

        var parameters = CommitParameters(lease, output);
        return database.RunAsync(async session =>
        {
            await session.ExecuteAsync("Jobs/lock_job.sql", parameters);
            if (await session.FindAsync<CountsRow>("Jobs/commit_shard.sql", parameters) is not { } counts)
            {
                return await session.FindAsync<bool>("Jobs/is_committed.sql", parameters);
            }

            if (reasonToPause(counts.ToCounts()) is { } reason)
            {
                await PauseAsync(session, lease.JobId, reason);
            }

            return true;
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

    private static object CommitParameters(ShardLease lease, ShardOutput output) => new
    {
        lease.JobId,
        lease.ShardIndex,
        lease.Epoch,
        output.Counts.Ok,
        output.Counts.Truncated,
        output.Counts.Failed,
        output.Counts.PromptTokens,
        output.Counts.CompletionTokens,
        output.Counts.SharedPromptTokens,
        output.Counts.CopiedRows,
        output.Counts.ReusedRows,
        output.PartUri,
        PartLength = output.Part.Length,
        PartSha256 = output.Part.Sha256,
        output.ErrorsUri,
        ErrorsLength = output.Errors?.Length,
        ErrorsSha256 = output.Errors?.Sha256,
        ErrorCounts = output.ErrorCounts is null ? null : JsonSerializer.Serialize(output.ErrorCounts),
    };

    private static (long[] JobIds, int[] ShardIndexes, int[] Epochs) Columns(IReadOnlyList<ShardLease> leases) => (
        [.. leases.Select(lease => lease.JobId)],
        [.. leases.Select(lease => lease.ShardIndex)],
        [.. leases.Select(lease => lease.Epoch)]);

    private static long[] Ids(IEnumerable<RunningJob> jobs, bool isOverdue) => [.. jobs.Where(job => job.IsOverdue == isOverdue).Select(job => job.Id)];

    private sealed record RunningJob(long Id, bool IsOverdue);

    private sealed record JobTenant(string Tenant, bool IsOverdue, bool IsRetry, int? MostLeasedShards);
}
