using System.Diagnostics;
using System.Text;
using BatchLLM.IntegrationTests.Cli;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.IntegrationTests.Service;
using BatchLLM.IntegrationTests.Work;
using Npgsql;
using Xunit;

namespace BatchLLM.IntegrationTests.Chaos;

/// <summary>A server process and workers over one PostgreSQL of their own, and all the ways to hurt them.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly CliFixture _cli;
    private readonly OwnServer _postgres;
    private readonly CutProxy _proxy;
    private readonly string _address;
    private readonly List<WorkerProcess> _workers = [];
    private readonly List<CliResult> _ended = [];
    private volatile Task<(ServeProcess Serve, Process Process)> _server;

    private Fleet(CliFixture cli, OwnServer postgres, int workers)
    {
        var direct = new NpgsqlConnectionStringBuilder(postgres.Cluster.Address.ConnectionString);
        (_cli, _postgres, _proxy) = (cli, postgres, new CutProxy(direct.Host!));
        (direct.Host, direct.Port) = ("127.0.0.1", _proxy.Port);
        _address = direct.ConnectionString;
        _workers.AddRange(Enumerable.Range(0, workers).Select(_ => new WorkerProcess(cli, _address)));
        _server = StartServerAsync();
    }

    /// <summary>The database, past the proxy.</summary>
    public OwnServer Postgres => _postgres;

    /// <summary>Workers that have ended though nobody ended them.</summary>
    public IEnumerable<CliResult> Fallen => _workers.Where(worker => worker.Ended.IsCompleted).Select(worker => worker.Ended.Result);

    /// <summary>What workers that have ended wrote of defects of the program.</summary>
    public IEnumerable<string> Defects => _ended
        .Select(ended => ended.Output + ended.Error)
        .Select(log => (Log: log, At: log.IndexOf(": unexpected ", StringComparison.Ordinal)))
        .Where(found => found.At >= 0)
        .Select(found => found.Log[found.At..Math.Min(found.Log.Length, found.At + 3000)]);

    /// <summary>Starts everything; returns once the server listens.</summary>
    public static async Task<Fleet> StartAsync(CliFixture cli, int workers)
    {
        var fleet = new Fleet(cli, await OwnServer.StartAsync(), workers);
        await fleet._server;
        return fleet;
    }

    /// <summary>Hands a job in until the server says that it has it, whatever becomes of answers and servers meanwhile.</summary>
    public async Task SubmitAsync(TicketJob job)
    {
        while (true)
        {
            var (server, _) = await _server;
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "/api/jobs")
                {
                    Content = new StringContent(job.Spec.ToJsonString(), Encoding.UTF8, "application/json"),
                };
                request.Headers.Add("Idempotency-Key", $"\"{job.Name}\"");
                using var response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }

                Assert.True((int)response.StatusCode >= 500, $"{response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
            }
            catch (Exception exception) when (exception is HttpRequestException or ObjectDisposedException)
            {
                // It was killed: the next one is asked.
            }
        }
    }

    /// <summary>Waits until shards were leased, committed or handed back so many times from now on, by whichever worker.</summary>
    public async Task MoveAsync(int changes)
    {
        // A new one each time, past the proxy: it hears of nothing before, and no strike falls into its life.
        await using var shards = await TableChanges.WatchAsync(_postgres.Cluster.Address, "shards");
        await shards.NextAsync(changes);
    }

    /// <summary>SIGKILL to a worker, and another in its place.</summary>
    public async Task KillWorkerAsync(int index)
    {
        _workers[index].Kill();
        _ended.Add(await _workers[index].Ended);
        await _workers[index].DisposeAsync();
        _workers[index] = new WorkerProcess(_cli, _address);
    }

    /// <summary>SIGKILL to the server, and another in its place.</summary>
    public async Task KillServerAsync()
    {
        var (server, process) = await _server;
        process.Kill();
        await process.WaitForExitAsync();
        _server = StartServerAsync();
        await _server;
        await server.DisposeAsync();
    }

    /// <summary>Has the database end all of its sessions.</summary>
    public async Task TerminateSessionsAsync()
    {
        await using var source = NpgsqlDataSource.Create(_postgres.Cluster.Address.ConnectionString);
        await using var command = source.CreateCommand(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()");
        await command.ExecuteScalarAsync();
    }

    /// <summary>Resets all connections to the database.</summary>
    public void Cut() => _proxy.Cut();

    /// <summary>Ends all by SIGTERM; their exit codes.</summary>
    public async Task<IReadOnlyList<int>> EndAsync()
    {
        var (server, _) = await _server;
        var workers = await Task.WhenAll(_workers.Select(worker => worker.DrainAsync()));
        _ended.AddRange(workers);
        return [.. workers.Select(worker => worker.ExitCode), await server.EndAsync()];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.DisposeAsync();
        }

        await (await _server).Serve.DisposeAsync();
        await _proxy.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    private async Task<(ServeProcess Serve, Process Process)> StartServerAsync()
    {
        var process = _cli.Start(
            [], "serve", "--no-worker", "--json", "--listen", "http://127.0.0.1:0", "--database", _address, "--root", _cli.DataDirectory,
            "--data", $"{_cli.DataDirectory}-openai", "--models", Path.GetDirectoryName(Checkout.DemoModel)!);
        return (await ServeProcess.StartAsync(process), process);
    }
}
