using System.Globalization;
using BatchLLM.Postgres.Private;
using Npgsql;

namespace BatchLLM.Benchmarks;

/// <summary>A server and workers, each a process, over a database and a folder of their own.</summary>
internal sealed class ServiceProcesses : IAsyncDisposable
{
    // A root's database server runs as another account, which must be able to enter.
    private const UnixFileMode Enter = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private const string Work = "work";
    private const string State = "state";

    private readonly DirectoryInfo _folder;
    private readonly PrivateCluster _cluster;
    private readonly string _executable;
    private readonly RunningProcess _server;

    private ServiceProcesses(DirectoryInfo folder, PrivateCluster cluster, string executable, string modelDirectory)
    {
        (_folder, _cluster, _executable) = (folder, cluster, executable);
        Model = Path.GetFullPath(modelDirectory);
        _server = Start(
            "serve", "--no-worker", "--json", "--listen", "http://127.0.0.1:0", "--root", folder.CreateSubdirectory(Work).FullName, "--models", Path.GetDirectoryName(Model)!);
        Client = new HttpClient { BaseAddress = new Uri(_server.ReadObject().GetProperty("url").GetString()!) };
    }

    /// <summary>The model's directory.</summary>
    public string Model { get; }

    /// <summary>A client of the server.</summary>
    public HttpClient Client { get; }

    /// <summary>Starts the database and the server.</summary>
    public static async Task<ServiceProcesses> StartAsync(string executable, string modelDirectory)
    {
        var folder = Directory.CreateTempSubdirectory("batchllm-load-");
        folder.UnixFileMode |= Enter;
        var options = PrivateClusterOptions.FromEnvironment(
            name => name == "BATCHLLM_DATA" ? Path.Combine(folder.FullName, State) : Environment.GetEnvironmentVariable(name), Environment.IsPrivilegedProcess);
        var cluster = await PrivateCluster.AcquireAsync(options, TimeProvider.System, CancellationToken.None);
        return new ServiceProcesses(folder, cluster, executable, modelDirectory);
    }

    /// <summary>A path that jobs may name.</summary>
    public string PathOf(string name) => Path.Combine(_folder.FullName, Work, name);

    /// <summary>Starts workers and waits until they say that they are ready: starting is no part of any load. Disposing one drains it.</summary>
    public async Task<List<RunningProcess>> StartWorkersAsync(int count)
    {
        var workers = Enumerable.Range(0, count).Select(_ => Start("worker")).ToList();
        await Task.WhenAll(workers.Select(worker => worker.ReadLineAsync()));
        return workers;
    }

    /// <summary>What the server has computed so far.</summary>
    public TimeSpan ServerTime => _server.ProcessorTime;

    /// <summary>Listens to the database.</summary>
    public Task<JobSignals> ListenAsync() => JobSignals.ListenAsync(_cluster.Address.ConnectionString);

    /// <summary>Transactions of the database so far; of those connected, what they told last, and all of those who have gone.</summary>
    public Task<long> TransactionsAsync() =>
        CountAsync("select (xact_commit + xact_rollback)::bigint from pg_stat_database where datname = current_database()");

    /// <summary>A job's rows whose shards are committed.</summary>
    public Task<long> DoneAsync(long jobId) =>
        CountAsync(string.Create(CultureInfo.InvariantCulture, $"select ok + truncated + failed from batchllm.jobs where id = {jobId}"));

    /// <summary>Changes the database behind the server's back.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_cluster.Address.ConnectionString);
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        await _cluster.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Starts a command; disposing ends it.</summary>
    public RunningProcess Start(params string[] arguments) => new(
        _executable, new Dictionary<string, string> { ["BATCHLLM_DATABASE"] = _cluster.Address.ConnectionString, ["BATCHLLM_DATA"] = Path.Combine(_folder.FullName, State) }, arguments);

    private async Task<long> CountAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_cluster.Address.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
