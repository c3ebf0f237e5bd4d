using Dapper;
using Npgsql;

namespace BatchLLM.Postgres.Database;

/// <summary>A lock that lives as long as the connection that took it. Disposing frees both.</summary>
/// <param name="connection">Used for nothing else.</param>
/// <param name="unlock">The statement that frees the lock.</param>
/// <param name="parameters">Of that statement.</param>
internal sealed class AdvisoryLock(NpgsqlConnection connection, string unlock, object parameters) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        try
        {
            // The pool would do it too, but only when it hands the connection out again.
            await connection.ExecuteAsync(unlock, parameters);
        }
        catch (Exception exception) when (PostgresFault.IsDatabase(exception))
        {
            // The connection is lost, and with it the lock.
        }

        await connection.DisposeAsync();
    }
}
