using BatchLLM.Jobs;
using BatchLLM.Postgres.Database;

namespace BatchLLM.Postgres.Jobs;

/// <summary>
/// Jobs, shards, leases and receipts in PostgreSQL. Each operation is one transaction of short statements, each in a
/// file of its own beside this one, where its reasons are; trouble that passes is waited out (see
/// <see cref="RetryPolicy"/>) and then ends as a transient <see cref="BatchLLMException"/>.
/// </summary>
public sealed partial class PostgresJobStore(PostgresDatabase database) : IJobStore
{
    /// <inheritdoc />
    public Task<Job?> FindAsync(long jobId, CancellationToken cancellationToken) =>
        database.RunAsync(session => FindJobAsync(session, jobId), cancellationToken);

    /// <inheritdoc />
    public Task<Job?> FindByKeyAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return database.RunAsync(
            async session => (await session.FindAsync<JobRow>("Jobs/find_job_by_key.sql", new { Key = key }))?.ToJob(),
            cancellationToken);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<Job>> ListAsync(int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return database.RunAsync(session => ListJobsAsync(session, new JobFilter(), limit), cancellationToken);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<CommittedShard>> ListCommittedAsync(long jobId, CancellationToken cancellationToken) =>
        database.RunAsync(async session =>
        {
            var rows = await session.QueryAsync<CommittedShardRow>("Jobs/list_committed.sql", new { JobId = jobId });
            return (IReadOnlyList<CommittedShard>)[.. rows.Select(row => row.ToCommitted())];
        }, cancellationToken);

    internal static async Task<Job?> FindJobAsync(Session session, long jobId) =>
        (await session.FindAsync<JobRow>("Jobs/find_job.sql", new { JobId = jobId }))?.ToJob();

    internal static async Task<IReadOnlyList<Job>> ListJobsAsync(Session session, JobFilter filter, int limit)
    {
        var rows = await session.QueryAsync<JobRow>("Jobs/list_jobs.sql", new
        {
            filter.Tenant,
            filter.Name,
            filter.Before,
            States = filter.States.Select(state => state.ToString().ToLowerInvariant()).ToArray(),
            Limit = limit,
        });
        return [.. rows.Select(row => row.ToJob())];
    }
}
