using System.Data;
using System.Net;
using System.Net.Sockets;
using BatchLLM.Postgres.Database;
using BatchLLM.Postgres.Jobs;
using Dapper;
using Npgsql;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>Servers that restart, die, or are not there.</summary>
public sealed class ServerTroubleTests(TestCluster cluster)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_goes_on_over_restarts_and_each_shard_is_committed_once()
    {
        await using var server = await OwnServer.StartAsync();
        await using var database = await server.OpenAsync(new RetryPolicy());
        var store = new PostgresJobStore(database);
        var job = await store.CreateAsync("k", 120);
        using var reached = new SemaphoreSlim(0);
        var commits = 0;

        var workers = Enumerable.Range(0, 4).Select(WorkAsync).ToArray();
        for (var restart = 0; restart < 2; restart++)
        {
            await reached.WaitAsync(Token);
            await server.RestartAsync();
        }

        await Task.WhenAll(workers);
        Assert.Equal(120, commits);
        job = await store.GetAsync(job);
        Assert.Equal((120, 120L * TestJobs.RowsPerShard), (job.CommittedShards, job.Counts.Done));

        async Task WorkAsync(int worker)
        {
            while (await store.LeaseAsync(job.Id, $"worker-{worker}", 2, TestJobs.Minute, Token) is [_, ..] leases)
            {
                foreach (var lease in leases)
                {
                    Assert.True(await store.CommitAsync(lease, TestJobs.Output(lease), TestJobs.NeverPause, Token));
                    if (Interlocked.Increment(ref commits) is 20 or 60)
                    {
                        reached.Release();
                    }
                }
            }
        }
    }

    [Fact]
    public async Task An_operation_is_repeated_whatever_is_said_once_its_connection_is_lost()
    {
        await using var database = await PostgresDatabase.OpenAsync(
            await cluster.CreateDatabaseAsync(), new RetryPolicy(), TimeProvider.System, null, Token);
        var attempts = 0;

        var result = await database.RunAsync(
            async session =>
            {
                if (++attempts == 1)
                {
                    await Assert.ThrowsAnyAsync<NpgsqlException>(
                        () => session.Connection.ExecuteAsync("select pg_terminate_backend(pg_backend_pid())"));
                    throw new DataException("Error parsing column 0");
                }

                return attempts;
            },
            Token);
        var defect = await Assert.ThrowsAsync<InvalidOperationException>(() => database.RunAsync<int>(
            _ => throw new InvalidOperationException($"attempt {++attempts}"), Token));

        Assert.Equal((2, 3), (result, attempts));
        Assert.Equal("attempt 3", defect.Message);
    }

    [Fact]
    public async Task An_operation_is_repeated_when_the_driver_complains_of_a_part_of_its_own_on_a_connection_that_seems_open()
    {
        await using var database = await PostgresDatabase.OpenAsync(
            await cluster.CreateDatabaseAsync(), new RetryPolicy(), TimeProvider.System, null, Token);
        var attempts = 0;

        await database.RunAsync(
            _ => ++attempts == 1 ? throw new ObjectDisposedException("System.Threading.ManualResetEventSlim") : Task.FromResult(0), Token);

        Assert.Equal(2, attempts);
    }

    [Fact]
    public async Task A_killed_server_of_our_own_is_started_again()
    {
        await using var server = await OwnServer.StartAsync();
        await using var database = await server.OpenAsync(new RetryPolicy(), server.Cluster.EnsureRunningAsync);
        var store = new PostgresJobStore(database);
        var job = await store.CreateAsync("k", 1);

        await server.KillAsync();

        Assert.Equal(job.Id, (await store.GetAsync(job)).Id);
    }

    [Fact]
    public async Task A_server_that_stays_away_is_a_transient_error_after_the_patience()
    {
        await using var server = await OwnServer.StartAsync();
        await using var database = await server.OpenAsync(new RetryPolicy { Patience = TimeSpan.FromSeconds(0.3) });
        await server.StopAsync();

        var error = await Assert.ThrowsAsync<BatchLLMException>(
            () => new PostgresJobStore(database).FindAsync(1, Token));

        Assert.True(error.IsTransient);
        Assert.Contains(server.Cluster.Address.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_first_connection_is_told_at_once_and_without_the_password()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        // The patience is longer than the test may take: waiting would not go unnoticed.
        var error = await Assert.ThrowsAsync<BatchLLMException>(() => OpenAsync(
            $"postgres://ada:s3cret@127.0.0.1:{port}/batches",
            new RetryPolicy { StartPatience = TimeSpan.FromHours(1) }));

        Assert.StartsWith(
            $"No PostgreSQL server answers at ada@127.0.0.1:{port}/batches (", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_first_connection_is_told_after_the_patience()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var error = await Assert.ThrowsAsync<BatchLLMException>(() => OpenAsync(
            $"postgres://127.0.0.1:{port}/batches?connect_timeout=1",
            new RetryPolicy { StartPatience = TimeSpan.FromSeconds(0.5) }));

        Assert.Contains($"127.0.0.1:{port}/batches could not be reached", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task A_missing_database_is_named()
    {
        var address = new NpgsqlConnectionStringBuilder((await cluster.CreateBareDatabaseAsync()).ConnectionString)
        {
            Database = "nowhere",
        };

        var error = await Assert.ThrowsAsync<BatchLLMException>(
            () => OpenAsync(address.ConnectionString, new RetryPolicy()));

        Assert.Contains("no database of the name in", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public void Pauses_grow_to_the_longest_and_keep_at_least_half()
    {
        var policy = new RetryPolicy();

        Assert.Equal(25, policy.Delay(0, 0).TotalMilliseconds);
        Assert.Equal(50, policy.Delay(0, 1).TotalMilliseconds);
        Assert.Equal(200, policy.Delay(2, 1).TotalMilliseconds);
        Assert.Equal(policy.LongestDelay, policy.Delay(1000, 1));
    }

    private static Task<PostgresDatabase> OpenAsync(string address, RetryPolicy policy) => PostgresDatabase.OpenAsync(
        DatabaseAddress.Parse(address), policy, TimeProvider.System, null, Token);
}
