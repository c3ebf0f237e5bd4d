using BatchLLM.Postgres.Database;
using BatchLLM.Preflight;

namespace BatchLLM.Postgres.Preflights;

/// <summary>Preflight reports in PostgreSQL.</summary>
public sealed class PostgresPreflightStore(PostgresDatabase database) : IPreflightStore
{
    /// <inheritdoc/>
    public Task SaveAsync(string key, string reportJson, CancellationToken cancellationToken) => database.RunAsync(
        session => session.ExecuteAsync("Preflights/save_preflight.sql", new { Key = key, Report = reportJson }),
        cancellationToken);

    /// <inheritdoc/>
    public Task<string?> FindAsync(string key, CancellationToken cancellationToken) => database.RunAsync(
        session => session.FindAsync<string>("Preflights/find_preflight.sql", new { Key = key }), cancellationToken);
}
