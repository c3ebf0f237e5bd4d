using System.Data.Common;
using BatchLLM.Access;
using BatchLLM.Batches;
using BatchLLM.Jobs;
using BatchLLM.Postgres.Access;
using BatchLLM.Postgres.Batches;
using BatchLLM.Postgres.Database;
using BatchLLM.Postgres.Jobs;
using BatchLLM.Postgres.OutputLengths;
using BatchLLM.Postgres.Overview;
using BatchLLM.Postgres.Preflights;
using BatchLLM.Postgres.Private;
using BatchLLM.Postgres.Queue;
using BatchLLM.Postgres.Retention;
using BatchLLM.Postgres.Schedules;
using BatchLLM.Postgres.Webhooks;
using BatchLLM.Postgres.Workers;
using BatchLLM.Preflight;
using BatchLLM.Schedules;
using BatchLLM.Webhooks;

namespace BatchLLM.Host;

/// <summary>The state's database for the length of one command: a server that the user names, or the private cluster.</summary>
internal sealed class DatabaseSession : IAsyncDisposable
{
    private readonly PostgresDatabase _database;
    private readonly PrivateCluster? _cluster;

    private DatabaseSession(PostgresDatabase database, PrivateCluster? cluster)
    {
        _database = database;
        _cluster = cluster;
        Store = new PostgresJobStore(database);
        Queue = new PostgresJobQueue(database);
        Workers = new PostgresWorkerRegistry(database);
        Preflights = new PostgresPreflightStore(database);
        OutputLengths = new PostgresOutputLengthStore(database);
        ApiKeys = new PostgresApiKeyStore(database);
        Tenants = new PostgresTenantStore(database);
        Webhooks = new PostgresWebhookStore(database);
        Files = new PostgresFileStore(database);
        Batches = new PostgresBatchStore(database);
        Schedules = new PostgresScheduleStore(database);
        Sessions = new PostgresSessionStore(database);
        Overview = new PostgresJobOverview(database);
        Retention = new PostgresRetention(database);
        ResultRetention = new PostgresResultRetention(database);
    }

    /// <summary>Jobs and shards.</summary>
    public IJobStore Store { get; }

    /// <summary>Jobs on their way to the workers.</summary>
    public IJobQueue Queue { get; }

    /// <summary>The workers.</summary>
    public IWorkerRegistry Workers { get; }

    /// <summary>Reports of preflights.</summary>
    public IPreflightStore Preflights { get; }

    /// <summary>How long completions got.</summary>
    public IOutputLengthStore OutputLengths { get; }

    /// <summary>Who may use the service.</summary>
    public IApiKeyStore ApiKeys { get; }

    /// <summary>Whose jobs there are.</summary>
    public ITenantStore Tenants { get; }

    /// <summary>Who is told that jobs stopped.</summary>
    public IWebhookStore Webhooks { get; }

    /// <summary>Files of batches.</summary>
    public IFileStore Files { get; }

    /// <summary>Batches.</summary>
    public IBatchStore Batches { get; }

    /// <summary>Jobs that are made night after night.</summary>
    public IScheduleStore Schedules { get; }

    /// <summary>Connections for a library with statements of its own.</summary>
    public DbDataSource Connections => _database.Connections;

    /// <summary>Who signed in.</summary>
    public PostgresSessionStore Sessions { get; }

    /// <summary>What pages show of jobs.</summary>
    public PostgresJobOverview Overview { get; }

    /// <summary>Removes what is over.</summary>
    public PostgresRetention Retention { get; }

    /// <summary>Knows whose results are over.</summary>
    public PostgresResultRetention ResultRetention { get; }

    /// <summary>Names of the migrations that opening it applied.</summary>
    public IReadOnlyList<string> AppliedMigrations => _database.AppliedMigrations;

    /// <summary>Opens and migrates it.</summary>
    /// <param name="address">The --database option; null for BATCHLLM_DATABASE, else the private cluster.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="BatchLLMException">It cannot be reached, started or migrated.</exception>
    public static async Task<DatabaseSession> OpenAsync(string? address, CancellationToken cancellationToken)
    {
        address ??= Environment.GetEnvironmentVariable("BATCHLLM_DATABASE");
        if (!string.IsNullOrEmpty(address))
        {
            return new DatabaseSession(
                await ConnectAsync(DatabaseAddress.Parse(address), null, cancellationToken), null);
        }

        var options = PrivateClusterOptions.FromEnvironment(
            Environment.GetEnvironmentVariable, Environment.IsPrivilegedProcess);
        var cluster = await PrivateCluster.AcquireAsync(options, TimeProvider.System, cancellationToken);
        try
        {
            return new DatabaseSession(
                await ConnectAsync(cluster.Address, cluster.EnsureRunningAsync, cancellationToken), cluster);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Closes the connections; the last user of the private cluster stops it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    private static Task<PostgresDatabase> ConnectAsync(
        DatabaseAddress address, Func<CancellationToken, Task>? revive, CancellationToken cancellationToken) =>
        PostgresDatabase.OpenAsync(address, new RetryPolicy(), TimeProvider.System, revive, cancellationToken);
}
