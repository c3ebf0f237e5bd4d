using BatchLLM.Access;
using BatchLLM.Postgres.Database;

namespace BatchLLM.Postgres.Access;

/// <summary>Who signed in with a browser, in PostgreSQL: a session opens what its key opens, for as long as the key works.</summary>
public sealed class PostgresSessionStore(PostgresDatabase database)
{
    /// <summary>Begins a session.</summary>
    /// <param name="keyId">The key that it stands for.</param>
    /// <param name="digest">SHA-256 of its secret, lower-case hexadecimal.</param>
    /// <param name="lifetime">How long it lasts.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="BatchLLMException">The database fails, here and below.</exception>
    public Task BeginAsync(long keyId, string digest, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        var parameters = new { KeyId = keyId, Digest = digest, Seconds = lifetime.TotalSeconds };
        return database.RunAsync(
            async session =>
            {
                await session.ExecuteAsync("Access/forget_sessions.sql", parameters);
                return await session.ExecuteAsync("Access/create_session.sql", parameters);
            },
            cancellationToken);
    }

    /// <summary>The key of a session that lasts; null if it is over, or the key does not work any more.</summary>
    public Task<ApiKey?> FindAsync(string digest, CancellationToken cancellationToken) => database.RunAsync(
        async session => (await session.FindAsync<ApiKeyRow>("Access/find_session.sql", new { Digest = digest }))?.ToKey(),
        cancellationToken);

    /// <summary>Ends a session; one that is over already stays so.</summary>
    public Task EndAsync(string digest, CancellationToken cancellationToken) => database.RunAsync(
        session => session.ExecuteAsync("Access/end_session.sql", new { Digest = digest }), cancellationToken);
}
