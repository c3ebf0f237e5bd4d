using BatchLLM.Postgres.Database;
using BatchLLM.Postgres.Private;
using Npgsql;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>A server for one test that will stop, kill or restart it.</summary>
internal sealed class OwnServer : IAsyncDisposable
{
    private readonly TestDirectory _directory;
    private readonly ClusterLayout _layout;

    private OwnServer(TestDirectory directory, PrivateCluster cluster)
    {
        _directory = directory;
        _layout = new ClusterLayout(directory.Path, Environment.IsPrivilegedProcess);
        Cluster = cluster;
    }

    internal PrivateCluster Cluster { get; }

    internal static async Task<OwnServer> StartAsync()
    {
        var directory = new TestDirectory();
        return new OwnServer(directory, await PrivateCluster.AcquireAsync(
            new PrivateClusterOptions { Directory = directory.Path }, TimeProvider.System, CancellationToken.None));
    }

    internal Task<PostgresDatabase> OpenAsync(RetryPolicy policy, Func<CancellationToken, Task>? revive = null) =>
        PostgresDatabase.OpenAsync(Cluster.Address, policy, TimeProvider.System, revive, CancellationToken.None);

    /// <summary>Drops the server as a power cut would, and starts it again.</summary>
    internal Task RestartAsync() => PgCtlAsync("restart", "--mode=immediate", "--log=" + _layout.Log);

    internal Task StopAsync() => PgCtlAsync("stop", "--mode=immediate");

    /// <summary>Returns once the server process is gone: its children leave after it, and their connections break.</summary>
    internal async Task KillAsync()
    {
        var note = PostmasterFile.Read(_layout.Data)!;
        await using var connection = new NpgsqlConnection(Cluster.Address.ConnectionString);
        await connection.OpenAsync();
        var killed = await Tool.RunAsync(["kill", "-9", $"{note.ProcessId}"], "/", default);
        Assert.Equal(0, killed.ExitCode);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => connection.WaitAsync());
        while (note.IsAlive())
        {
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await Cluster.DisposeAsync();
        _directory.Dispose();
    }

    private async Task PgCtlAsync(string verb, params string[] arguments)
    {
        var binaries = await PostgresBinaries.FindAsync([], PostgresBinaries.UsualPlaces, _layout, default);
        var account = await ServerAccount.ChooseAsync(_layout, Environment.IsPrivilegedProcess, default);
        var done = await Tool.RunAsync(
            account.Command([binaries.PgCtl, verb, "--pgdata=" + _layout.Data, "--wait", .. arguments]),
            _layout.Directory,
            default);
        Assert.True(done.ExitCode == 0, done.Output);
    }
}
