using System.Text.Json;
using BatchLLM.Canaries;
using BatchLLM.Jobs;

namespace BatchLLM.Postgres.Jobs;

public sealed partial class PostgresJobStore
{
    /// <inheritdoc />
    public Task<IReadOnlyList<NewShard>> ListShardsAsync(long jobId, CancellationToken cancellationToken) =>
        database.RunAsync(async session =>
        {
            var rows = await session.QueryAsync<ShardRow>("Jobs/list_shards.sql", new { JobId = jobId });
            return (IReadOnlyList<NewShard>)[.. rows.Select(row => row.ToShard())];
        }, cancellationToken);

    /// <inheritdoc />
    public Task<IAsyncDisposable> LockCanaryAsync(long jobId, CancellationToken cancellationToken) =>
        database.LockAsync("Jobs/lock_canary.sql", new { JobId = jobId }, cancellationToken);

    /// <inheritdoc />
    public Task FinishCanaryAsync(long jobId, CanaryReport report, string? reasonToWait, CancellationToken cancellationToken)
    {
        var parameters = new { JobId = jobId, Canary = JsonSerializer.Serialize(report, JobRow.Json), Reason = reasonToWait };
        return TransitAsync(
            jobId, async session => await session.ExecuteAsync("Jobs/finish_canary.sql", parameters) == 1, cancellationToken);
    }

    /// <inheritdoc />
    public Task<bool> ApproveAsync(long jobId, CancellationToken cancellationToken) => TransitAsync(
        jobId,
        async session => await session.ExecuteAsync(
            "Jobs/approve_job.sql", new { JobId = jobId, Repeated = session.IsRepeated }) == 1,
        cancellationToken);
}
