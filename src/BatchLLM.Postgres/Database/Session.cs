using Dapper;
using Npgsql;

namespace BatchLLM.Postgres.Database;

/// <summary>One transaction in which statements run by their file's name.</summary>
internal sealed class Session(NpgsqlTransaction transaction, bool isRepeated, CancellationToken token)
{
    /// <summary>True if an earlier attempt at the same operation may have taken effect.</summary>
    internal bool IsRepeated => isRepeated;

    internal NpgsqlConnection Connection => transaction.Connection!;

    /// <summary>
    /// Lets this transaction end without waiting for the device. Never where an epoch is given out that names files: a server that
    /// forgot it would give the same one again.
    /// </summary>
    internal Task CommitLazilyAsync() => ExecuteAsync("Database/commit_lazily.sql", new { });

    /// <summary>Rows that the statement changed.</summary>
    internal Task<int> ExecuteAsync(string path, object parameters) => Connection.ExecuteAsync(Command(path, parameters));

    internal async Task<IReadOnlyList<T>> QueryAsync<T>(string path, object parameters) =>
        (await Connection.QueryAsync<T>(Command(path, parameters))).AsList();

    /// <summary>The first row, or null.</summary>
    internal Task<T?> FindAsync<T>(string path, object parameters) =>
        Connection.QueryFirstOrDefaultAsync<T>(Command(path, parameters));

    private CommandDefinition Command(string path, object parameters) =>
        new(EmbeddedSql.Load(path), parameters, transaction, cancellationToken: token);
}
