using BatchLLM.IntegrationTests.Cli;
using BatchLLM.Postgres.Database;
using BatchLLM.Postgres.Private;
using BatchLLM.Postgres.Schema;
using Dapper;
using Npgsql;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

public sealed class MigratorTests(TestCluster cluster)
{
    private static readonly Migration First = new("0001_a.sql", "create table batchllm.a (id int);");
    private static readonly Migration Second = new("0002_b.sql", "create table batchllm.b (id int);");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Migrations_are_applied_in_order_and_once()
    {
        await using var connection = await ConnectAsync();

        await MigrateAsync(connection, First);
        await MigrateAsync(connection, First, Second);
        await MigrateAsync(connection, First, Second);

        Assert.Equal(["0001_a.sql", "0002_b.sql"], await AppliedAsync(connection));
    }

    [Fact]
    public async Task Starters_at_the_same_time_wait_for_each_other()
    {
        var address = await cluster.CreateBareDatabaseAsync();

        var databases = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => PostgresDatabase.OpenAsync(
            address, new RetryPolicy(), TimeProvider.System, null, Token)));

        await using var connection = new NpgsqlConnection(address.ConnectionString);
        Assert.Equal(Migration.Embedded().Select(migration => migration.Name), await AppliedAsync(connection));
        foreach (var database in databases)
        {
            await database.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_migration_that_changed_after_it_was_applied_is_refused()
    {
        await using var connection = await ConnectAsync();
        await MigrateAsync(connection, First);

        var error = await Assert.ThrowsAsync<BatchLLMException>(
            () => MigrateAsync(connection, First with { Sql = First.Sql + " " }));

        Assert.StartsWith("The migration 0001_a.sql was applied to the database here with SHA-256 ", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_newer_than_the_program_is_refused()
    {
        await using var connection = await ConnectAsync();
        await MigrateAsync(connection, First, Second);

        var error = await Assert.ThrowsAsync<BatchLLMException>(() => MigrateAsync(connection, First));

        Assert.StartsWith("The database here has the migration 0002_b.sql, which this program does not know",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_of_itself()
    {
        await using var connection = await ConnectAsync();
        var broken = new Migration("0002_b.sql", Second.Sql + " select 1 / 0;");

        await Assert.ThrowsAsync<PostgresException>(() => MigrateAsync(connection, First, broken));

        Assert.Equal(["0001_a.sql"], await AppliedAsync(connection));
        Assert.Null(await connection.ExecuteScalarAsync<string?>("select to_regclass('batchllm.b')::text"));
    }

    [Fact]
    public void Line_ends_of_a_checkout_do_not_change_a_migration() =>
        Assert.Equal(new Migration("a", "x\ny\n").Sha256, new Migration("a", "x\r\ny\r\n").Sha256);

    [Fact]
    public async Task The_schema_is_the_golden_one()
    {
        var address = new NpgsqlConnectionStringBuilder((await cluster.CreateDatabaseAsync()).ConnectionString);
        var binaries = await PostgresBinaries.FindAsync(
            [], PostgresBinaries.UsualPlaces, new ClusterLayout("/nowhere", isRoot: false), Token);
        var dump = await Tool.RunAsync(
            [
                Path.Combine(binaries.Directory, "pg_dump"), "--schema-only", "--schema=batchllm", "--no-owner",
                "--no-privileges", "--host=" + address.Host, "--username=" + address.Username, address.Database!,
            ],
            "/",
            Token);
        var golden = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "migrations", "schema.sql"), Token);

        Assert.True(
            Stable(golden) == Stable(dump.Output),
            "migrations/schema.sql is not what the migrations make. Regenerate it with: ops/dump-schema.sh");
    }

    // What differs between pg_dump's versions says nothing about the schema: comments, settings, psql's restrictions.
    private static string Stable(string dump) => string.Join('\n', dump.Split('\n').Where(line =>
        line.Length > 0 && !line.StartsWith("--", StringComparison.Ordinal) && !line.StartsWith('\\')
        && !line.StartsWith("SET ", StringComparison.Ordinal)
        && !line.StartsWith("SELECT pg_catalog.", StringComparison.Ordinal)));

    private static Task<IReadOnlyList<string>> MigrateAsync(NpgsqlConnection connection, params Migration[] migrations) =>
        Migrator.MigrateAsync(connection, migrations, "here", Token);

    private static Task<IEnumerable<string>> AppliedAsync(NpgsqlConnection connection) =>
        connection.QueryAsync<string>("select name from batchllm.schema_migrations order by name");

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection((await cluster.CreateBareDatabaseAsync()).ConnectionString);
        await connection.OpenAsync(Token);
        return connection;
    }
}
