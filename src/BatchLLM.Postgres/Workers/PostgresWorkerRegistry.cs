using BatchLLM.Jobs;
using BatchLLM.Postgres.Database;

namespace BatchLLM.Postgres.Workers;

/// <summary>Workers in PostgreSQL. Who was silent for a day is forgotten.</summary>
public sealed class PostgresWorkerRegistry(PostgresDatabase database) : IWorkerRegistry
{
    /// <inheritdoc />
    public Task BeatAsync(WorkerBeat beat, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(beat);
        var parameters = new
        {
            beat.Name,
            beat.Host,
            beat.Version,
            State = beat.State.ToString().ToLowerInvariant(),
            beat.JobId,
            Models = beat.Models.ToArray(),
        };
        return database.RunAsync(async session =>
        {
            await session.CommitLazilyAsync();
            await session.ExecuteAsync("Workers/forget_workers.sql", parameters);
            return await session.ExecuteAsync("Workers/beat_worker.sql", parameters);
        }, cancellationToken);
    }

    /// <inheritdoc />
    public Task LeaveAsync(string worker, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(worker);
        var parameters = new { Worker = worker };
        return database.RunAsync(async session =>
        {
            await session.ExecuteAsync("Workers/return_plans.sql", parameters);
            await session.ExecuteAsync("Workers/release_shards.sql", parameters);
            return await session.ExecuteAsync("Workers/remove_worker.sql", parameters);
        }, cancellationToken);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<WorkerStatus>> ListAsync(CancellationToken cancellationToken) =>
        database.RunAsync(async session =>
        {
            var rows = await session.QueryAsync<WorkerRow>("Workers/list_workers.sql", new { });
            return (IReadOnlyList<WorkerStatus>)[.. rows.Select(row => row.ToStatus())];
        }, cancellationToken);
}
