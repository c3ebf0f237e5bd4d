using BatchLLM.Overview;
using BatchLLM.Postgres.Database;

namespace BatchLLM.Postgres.Overview;

/// <summary>What pages show of jobs, read from the same tables as everything else; nothing is kept for pages alone.</summary>
public sealed class PostgresJobOverview(PostgresDatabase database)
{
    /// <summary>How many jobs are where.</summary>
    /// <param name="tenant">Of whose jobs; null for everyone's.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="BatchLLMException">The database fails, here and below.</exception>
    public Task<JobBoard> CountAsync(string? tenant, CancellationToken cancellationToken) => database.RunAsync(
        async session => (await session.FindAsync<BoardRow>("Overview/count_jobs.sql", new { Tenant = tenant }))!.ToBoard(),
        cancellationToken);

    /// <summary>Jobs in the order of <see cref="JobPlace"/>, at most <paramref name="limit"/>.</summary>
    public Task<IReadOnlyList<JobGlance>> ListAsync(
        JobGlanceFilter filter, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return database.RunAsync(session => ListAsync(session, ids: null, filter, limit), cancellationToken);
    }

    /// <summary>One job, with its newest commits whatever its state; null if there is none.</summary>
    public Task<JobGlance?> FindAsync(long id, CancellationToken cancellationToken) => database.RunAsync(
        async session => (await ListAsync(session, [id], new JobGlanceFilter(), limit: 1)).SingleOrDefault(), cancellationToken);

    /// <summary>Some jobs, each as <see cref="FindAsync(long, CancellationToken)"/> finds it; those that are not there are left out.</summary>
    public Task<IReadOnlyList<JobGlance>> FindAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return database.RunAsync(session => ListAsync(session, [.. ids], new JobGlanceFilter(), ids.Count), cancellationToken);
    }

    /// <summary>A job's shards in order, at most <paramref name="limit"/>.</summary>
    /// <param name="id">The job.</param>
    /// <param name="after">The last of the page before; -1 for the first page.</param>
    /// <param name="onlyFailed">True for those with failed rows only.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public Task<IReadOnlyList<ShardGlance>> ListShardsAsync(
        long id, int after, bool onlyFailed, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        var parameters = new { JobId = id, After = after, OnlyFailed = onlyFailed, Limit = limit };
        return database.RunAsync(
            async session =>
            {
                var rows = await session.QueryAsync<ShardGlanceRow>("Overview/list_shards.sql", parameters);
                return (IReadOnlyList<ShardGlance>)[.. rows.Select(row => row.ToGlance())];
            },
            cancellationToken);
    }

    /// <summary>What a job committed since it was planned, by intervals.</summary>
    /// <param name="id">The job.</param>
    /// <param name="interval">How long each is.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public Task<IReadOnlyList<ThroughputInterval>> ListThroughputAsync(
        long id, TimeSpan interval, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        return database.RunAsync(
            async session =>
            {
                await session.ExecuteAsync("Overview/forbid_jit.sql", new { });
                return await session.QueryAsync<ThroughputInterval>(
                    "Overview/list_throughput.sql", new { JobId = id, Seconds = interval.TotalSeconds });
            },
            cancellationToken);
    }

    private static async Task<IReadOnlyList<JobGlance>> ListAsync(Session session, long[]? ids, JobGlanceFilter filter, int limit)
    {
        var rows = await session.QueryAsync<JobGlanceRow>("Overview/list_glances.sql", new
        {
            Ids = ids,
            filter.Tenant,
            State = filter.State?.ToString().ToLowerInvariant(),
            filter.Text,
            filter.After?.Rank,
            AfterId = filter.After?.Id,
            Limit = limit,
            Commits = JobGlance.MostCommits,
        });
        return [.. rows.Select(row => row.ToGlance())];
    }

    private sealed record BoardRow(
        long Running, long Queued, long Paused, long Completed, long Failed, long Cancelled, DateTime At)
    {
        public JobBoard ToBoard() => new(Running, Queued, Paused, Completed, Failed, Cancelled, At);
    }
}
