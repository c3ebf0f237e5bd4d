using Dapper;
using Npgsql;

namespace BatchLLM.Postgres.Schema;

/// <summary>
/// Brings a database to the program's schema. Each migration is one transaction together with its record, under a lock
/// that makes starters at the same time wait for each other; a crash anywhere leaves whole migrations only.
/// </summary>
internal static class Migrator
{
    /// <returns>Names of the migrations that this call applied.</returns>
    /// <exception cref="BatchLLMException">The database is newer than the program, or an applied migration differs.</exception>
    internal static async Task<IReadOnlyList<string>> MigrateAsync(
        NpgsqlConnection connection, IReadOnlyList<Migration> migrations, string database, CancellationToken token)
    {
        var applied = new List<string>();
        while (await ApplyNextAsync(connection, migrations, database, token) is { } name)
        {
            applied.Add(name);
        }

        return applied;
    }

    private static async Task<string?> ApplyNextAsync(
        NpgsqlConnection connection, IReadOnlyList<Migration> migrations, string database, CancellationToken token)
    {
        await using var transaction = await connection.BeginTransactionAsync(token);
        await RunAsync("Schema/lock_schema.sql");
        await RunAsync("Schema/create_schema.sql");
        var applied = await connection.QueryAsync<AppliedMigration>(new CommandDefinition(
            EmbeddedSql.Load("Schema/list_migrations.sql"), transaction: transaction, cancellationToken: token));
        var next = MigrationPlan.Next(migrations, applied.AsList(), database);
        if (next is not null)
        {
            await ApplyAsync(next, transaction, token);
        }

        await transaction.CommitAsync(token);
        return next?.Name;

        Task RunAsync(string path) => connection.ExecuteAsync(new CommandDefinition(
            EmbeddedSql.Load(path), transaction: transaction, cancellationToken: token));
    }

    private static async Task ApplyAsync(Migration migration, NpgsqlTransaction transaction, CancellationToken token)
    {
        // Not through Dapper, and no time limit: a migration of a large table takes what it takes.
        await using var command = new NpgsqlCommand(migration.Sql, transaction.Connection, transaction);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(token);
        await transaction.Connection!.ExecuteAsync(new CommandDefinition(
            EmbeddedSql.Load("Schema/record_migration.sql"),
            new { migration.Name, migration.Sha256 },
            transaction,
            cancellationToken: token));
    }
}
