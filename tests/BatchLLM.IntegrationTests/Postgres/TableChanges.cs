using BatchLLM.Postgres.Database;
using Dapper;
using Npgsql;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>Says when rows were written, by triggers that only a test puts on its database: what is waited for need not be asked for again and again.</summary>
internal sealed class TableChanges : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private TableChanges(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Watches tables from when this returns.</summary>
    public static async Task<TableChanges> WatchAsync(DatabaseAddress address, params string[] tables)
    {
        // Of no pool: who is lent it later would hear of changes, too.
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(address.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync(
            """
            create or replace function batchllm.tell_test() returns trigger language plpgsql as $$
            begin
              notify batchllm_test;
              return null;
            end
            $$;
            """);
        foreach (var table in tables)
        {
            await connection.ExecuteAsync(
                $"create or replace trigger tell_test after insert or update or delete on batchllm.{table} execute function batchllm.tell_test()");
        }

        await connection.ExecuteAsync("listen batchllm_test");
        return new TableChanges(connection);
    }

    /// <summary>Waits for the next change; one that came since the last wait counts.</summary>
    public Task NextAsync() => _connection.WaitAsync(TestContext.Current.CancellationToken);

    /// <summary>Waits for so many changes.</summary>
    public async Task NextAsync(int count)
    {
        for (var change = 0; change < count; change++)
        {
            await NextAsync();
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
