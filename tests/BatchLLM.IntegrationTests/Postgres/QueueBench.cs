using BatchLLM.Jobs;
using BatchLLM.Postgres.Database;
using BatchLLM.Postgres.Jobs;
using BatchLLM.Postgres.Queue;
using BatchLLM.Postgres.Retention;
using BatchLLM.Postgres.Workers;
using Dapper;
using Npgsql;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>An empty database behind store, queue and registry, and a hand on its clock.</summary>
internal sealed class QueueBench : IAsyncDisposable
{
    internal const string Model = "/models/tiny";

    internal static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly DatabaseAddress _address;
    private readonly NpgsqlDataSource _source;
    private readonly PostgresDatabase _database;

    private QueueBench(DatabaseAddress address, PostgresDatabase database)
    {
        (_address, _database) = (address, database);
        _source = NpgsqlDataSource.Create(address.ConnectionString);
        Store = new PostgresJobStore(database);
        Queue = new PostgresJobQueue(database);
        Workers = new PostgresWorkerRegistry(database);
        ResultRetention = new PostgresResultRetention(database);
    }

    /// <summary>The database, for other processes.</summary>
    internal string Address => _address.ConnectionString;

    internal PostgresJobStore Store { get; }

    internal PostgresJobQueue Queue { get; }

    internal PostgresWorkerRegistry Workers { get; }

    internal PostgresResultRetention ResultRetention { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static async Task<QueueBench> OpenAsync(TestCluster cluster)
    {
        var address = await cluster.CreateDatabaseAsync();
        return new QueueBench(
            address, await PostgresDatabase.OpenAsync(address, new RetryPolicy(), TimeProvider.System, null, Token));
    }

    /// <summary>Closes all connections: the server has few, and hundreds of tests.</summary>
    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>A submission with an output of its own.</summary>
    internal static JobSubmission Submission(string name, string tenant = "default", int priority = 0) =>
        new(name, $$"""{ "name":  "{{name}}" }""", Model, $"file:///out/{name}") { Tenant = tenant, Priority = priority };

    internal static WorkerOffer Offer(string worker = "w") => new(worker, []) { Duration = Hour };

    internal async Task<Job> SubmitAsync(string name, string tenant = "default", int priority = 0) =>
        (await Queue.SubmitAsync(Submission(name, tenant, priority), Token)).Job;

    internal async Task<PlanClaim> ClaimPlanAsync(string worker = "w") =>
        (await Queue.ClaimAsync(Offer(worker), Token))?.Plan
        ?? throw new InvalidOperationException("No job was to be planned.");

    /// <summary>Plans a claimed job as one with so many shards.</summary>
    internal async Task<bool> PlanAsync(PlanClaim claim, int shards)
    {
        var queued = (await Store.FindAsync(claim.JobId, Token))!.Definition;
        var planned = TestJobs.Job($"key of job {claim.JobId}", shards) with { Name = queued.Name, OutputUri = queued.OutputUri };
        return await Queue.PlanAsync(claim, planned, TestJobs.Shards(shards), Token);
    }

    /// <summary>A job that was submitted and planned, whatever else could have been claimed.</summary>
    internal async Task<Job> SubmitPlannedAsync(string name, int shards, string tenant = "default", int priority = 0)
    {
        var others = await Queue.ListAsync(new JobFilter { States = [JobState.Queued, JobState.Running] }, 1000, Token);
        var job = await SubmitAsync(name, tenant, priority);
        var claim = await Queue.ClaimAsync(Offer() with { Except = [.. others.Select(other => other.Id)] }, Token);
        Assert.True(await PlanAsync(claim!.Plan!, shards));
        await ExecuteAsync("update batchllm.jobs set not_before = null where state = 'running'"); // its planner's start is over
        return await GetAsync(job);
    }

    /// <summary>Tells from now on whenever a row of some tables is written.</summary>
    internal Task<TableChanges> WatchAsync(params string[] tables) => TableChanges.WatchAsync(_address, tables);

    internal async Task<Job> GetAsync(Job job) => (await Store.FindAsync(job.Id, Token))!;

    /// <summary>Lets all leases, claims and waits of the database run out, as if their time had passed.</summary>
    internal Task LetTimePassAsync() => ExecuteAsync(
        """
        update batchllm.shards set leased_until = clock_timestamp() - interval '1 second' where leased_until is not null;
        update batchllm.jobs set not_before = clock_timestamp() - interval '1 second' where not_before is not null;
        update batchllm.jobs set run_until = clock_timestamp() - interval '1 second' where run_until is not null;
        update batchllm.workers set seen_at = seen_at - interval '1 minute';
        """);

    internal async Task ExecuteAsync(string sql)
    {
        await using var connection = await _source.OpenConnectionAsync(Token);
        await connection.ExecuteAsync(sql);
    }

    internal async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await _source.OpenConnectionAsync(Token);
        return (await connection.QueryAsync<T>(sql, parameters)).AsList();
    }
}
