using BatchLLM.Access;
using BatchLLM.Postgres.Database;

namespace BatchLLM.Postgres.Access;

/// <summary>Keys in PostgreSQL.</summary>
public sealed class PostgresApiKeyStore(PostgresDatabase database) : IApiKeyStore
{
    /// <inheritdoc/>
    public Task<ApiKey> CreateAsync(NewApiKey key, string digest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var parameters = new
        {
            key.Tenant,
            Role = key.Role.ToString().ToLowerInvariant(),
            key.Name,
            Digest = digest,
            Seconds = key.Lifetime?.TotalSeconds,
        };
        return database.RunAsync(
            async session => (await session.FindAsync<ApiKeyRow>("Access/create_key.sql", parameters))!.ToKey(), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ApiKey?> UseAsync(string digest, CancellationToken cancellationToken) => database.RunAsync(
        async session =>
        {
            var parameters = new { Digest = digest };
            if (await session.FindAsync<ApiKeyRow>("Access/find_key.sql", parameters) is not { } row)
            {
                return null;
            }

            await session.ExecuteAsync("Access/note_use.sql", parameters);
            return row.ToKey();
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken) => database.RunAsync(
        async session => (IReadOnlyList<ApiKey>)
            [.. (await session.QueryAsync<ApiKeyRow>("Access/list_keys.sql", new { })).Select(row => row.ToKey())],
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> RevokeAsync(long id, CancellationToken cancellationToken) => database.RunAsync(
        async session => await session.ExecuteAsync("Access/revoke_key.sql", new { Id = id }) == 1, cancellationToken);
}
