using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Postgres.Database;
using BatchLLM.Postgres.Private;
using Dapper;
using Npgsql;
using Xunit;

[assembly: AssemblyFixture(typeof(TestCluster))]

namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>
/// One private cluster for all tests, started by the first that needs it, with a database of its own for each of them:
/// a copy of one that is migrated already.
/// </summary>
public sealed class TestCluster : IAsyncDisposable
{
    private const string Template = "migrated";

    private readonly Lazy<TestDirectory> _directory = new(() => new TestDirectory());
    private readonly Lazy<Task<PrivateCluster>> _cluster;
    private readonly SemaphoreSlim _copying = new(1);

    public TestCluster() => _cluster = new(StartAsync);

    public async ValueTask DisposeAsync()
    {
        if (_cluster.IsValueCreated)
        {
            NpgsqlConnection.ClearAllPools();
            await (await _cluster.Value).DisposeAsync();
            _directory.Value.Dispose();
        }

        _copying.Dispose();
    }

    /// <summary>A migrated database without jobs.</summary>
    internal Task<DatabaseAddress> CreateDatabaseAsync() => CreateDatabaseAsync(Template);

    /// <summary>A database without a schema.</summary>
    internal Task<DatabaseAddress> CreateBareDatabaseAsync() => CreateDatabaseAsync("template0");

    private async Task<DatabaseAddress> CreateDatabaseAsync(string template)
    {
        var cluster = await _cluster.Value;
        var name = $"test_{Guid.NewGuid():n}";
        // A template must have no connections, its other copies' included.
        await _copying.WaitAsync();
        try
        {
            await ExecuteAsync(cluster.Address, $"create database {name} template {template}");
        }
        finally
        {
            _copying.Release();
        }

        return WithDatabase(cluster.Address, name);
    }

    private async Task<PrivateCluster> StartAsync()
    {
        var cluster = await PrivateCluster.AcquireAsync(
            new PrivateClusterOptions { Directory = _directory.Value.Path }, TimeProvider.System, CancellationToken.None);
        await ExecuteAsync(cluster.Address, $"create database {Template}");
        await using var database = await PostgresDatabase.OpenAsync(
            WithDatabase(cluster.Address, Template), new RetryPolicy(), TimeProvider.System, null, CancellationToken.None);
        return cluster;
    }

    private static DatabaseAddress WithDatabase(DatabaseAddress address, string name) =>
        DatabaseAddress.Parse(new NpgsqlConnectionStringBuilder(address.ConnectionString)
        {
            Database = name,
            MaxPoolSize = 8,
        }.ConnectionString);

    private static async Task ExecuteAsync(DatabaseAddress address, string sql)
    {
        await using var connection = new NpgsqlConnection(address.ConnectionString);
        await connection.ExecuteAsync(sql);
    }
}
