using Dapper;
using Npgsql;

namespace BatchLLM.Postgres.Database;

/// <summary>A lock that lives as long as a connection of a pool is lent out, or less if the connection is lost.</summary>
/// <param name="source">The pool.</param>
/// <param name="connection">Lent by it.</param>
internal sealed class SessionLock(NpgsqlDataSource source, NpgsqlConnection connection) : IAsyncDisposable
{
    private const int NoTimeout = 0;

    /// <summary>Waits for the lock.</summary>
    /// <param name="path">The statement that takes it, by its file's name.</param>
    /// <param name="parameters">Of the statement.</param>
    /// <param name="token">Ends the waiting.</param>
    internal async Task TakeAsync(string path, object parameters, CancellationToken token)
    {
        try
        {
            await connection.ExecuteAsync(
                new CommandDefinition(EmbeddedSql.Load(path), parameters, commandTimeout: NoTimeout, cancellationToken: token));
        }
        catch (Exception exception) when (PostgresFault.IsOfLostConnection(exception, connection))
        {
            throw new IOException("The connection was lost while it waited for a lock.", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // Also after a wait that was cancelled, which may have got the lock just before.
            await connection.ExecuteAsync(EmbeddedSql.Load("Database/unlock.sql"));
        }
        catch (Exception exception) when (PostgresFault.IsDatabase(exception) || PostgresFault.IsOfLostConnection(exception, connection))
        {
            // Nobody else may be lent a connection that perhaps still holds it: this closes it, and the lock goes with it.
            source.Clear();
        }

        await connection.DisposeAsync();
    }
}
