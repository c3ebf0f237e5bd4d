using BatchLLM.Jobs;
using BatchLLM.Postgres.Database;

namespace BatchLLM.Postgres.OutputLengths;

/// <summary>Lengths of completions in PostgreSQL.</summary>
public sealed class PostgresOutputLengthStore(PostgresDatabase database) : IOutputLengthStore
{
    /// <inheritdoc/>
    public Task SaveAsync(string series, string profileJson, CancellationToken cancellationToken) => database.RunAsync(
        async session =>
        {
            await session.CommitLazilyAsync();
            return await session.ExecuteAsync("OutputLengths/save_profile.sql", new { Series = series, Profile = profileJson });
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<string?> FindAsync(string series, CancellationToken cancellationToken) => database.RunAsync(
        session => session.FindAsync<string>("OutputLengths/find_profile.sql", new { Series = series }), cancellationToken);
}
