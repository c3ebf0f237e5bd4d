using BatchLLM.Postgres.Private;
using Dapper;
using Npgsql;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>Making, sharing, losing and leaving a private cluster, by real processes and a real server.</summary>
public sealed class PrivateClusterTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ClusterLayout Layout => new(_directory.Path, Environment.IsPrivilegedProcess);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task It_is_made_and_started_on_first_use_and_stopped_by_the_last_user()
    {
        await using (var first = await AcquireAsync())
        {
            await using (await AcquireAsync())
            {
                Assert.Equal("", await AskAsync(first, "show listen_addresses"));
            }

            Assert.Equal("on", await AskAsync(first, "show fsync"));
        }

        Assert.Null(PostmasterFile.Read(Layout.Data));
    }

    [Fact]
    public async Task It_keeps_its_data_while_it_is_down()
    {
        await using (var cluster = await AcquireAsync())
        {
            await AskAsync(cluster, "create table kept as select 'still here' as what");
        }

        await using (var cluster = await AcquireAsync())
        {
            Assert.Equal("still here", await AskAsync(cluster, "select what from kept"));
        }
    }

    [Fact]
    public async Task Only_its_owner_can_enter_it()
    {
        await using var cluster = await AcquireAsync();

        var mode = await Tool.RunAsync(["stat", "--format=%a", Layout.SocketDirectory, Layout.Data], "/", Token);
        Assert.Equal("700\n700\n", mode.Output);
    }

    [Fact]
    public async Task Two_processes_at_once_share_it_and_the_last_one_stops_it()
    {
        using var first = ClusterUser.Start(_directory.Path);
        using var second = ClusterUser.Start(_directory.Path);
        await Task.WhenAll(first.JoinedAsync(), second.JoinedAsync());

        Assert.Equal(first.ServerId, second.ServerId);
        await first.LeaveAsync();
        Assert.True(PostmasterFile.Read(Layout.Data)!.IsReady);
        await second.LeaveAsync();
        Assert.Null(PostmasterFile.Read(Layout.Data));
    }

    [Fact]
    public async Task What_a_killed_process_left_running_is_used_and_stopped_by_the_next()
    {
        using var killed = ClusterUser.Start(_directory.Path);
        await killed.JoinedAsync();
        await killed.KillAsync();

        await using (await AcquireAsync())
        {
            Assert.Equal(killed.ServerId, PostmasterFile.Read(Layout.Data)!.ProcessId);
        }

        Assert.Null(PostmasterFile.Read(Layout.Data));
    }

    [Fact]
    public async Task A_killed_server_is_started_again()
    {
        await using var server = await OwnServer.StartAsync();
        await AskAsync(server.Cluster, "create table kept as select 'still here' as what");

        await server.KillAsync();
        await server.Cluster.EnsureRunningAsync(Token);

        Assert.Equal("still here", await AskAsync(server.Cluster, "select what from kept"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_note_that_outlived_its_server_does_not_keep_it_from_starting(bool ofLivingProcess)
    {
        await using (await AcquireAsync())
        {
        }

        // As after a restart of the machine: the number belongs to nobody, or to any other process.
        var process = ofLivingProcess ? Environment.ProcessId : 4_000_000;
        await File.WriteAllTextAsync(
            PostmasterFile.PathIn(Layout.Data),
            $"{process}\n{Layout.Data}\n1700000000\n5432\n{Layout.SocketDirectory}\n\n  123 456\nready   \n",
            Token);

        await using var cluster = await AcquireAsync();
        Assert.Equal("1", await AskAsync(cluster, "select 1"));
    }

    [Fact]
    public async Task What_a_crash_while_making_it_left_is_cleared_away()
    {
        Directory.CreateDirectory(Path.Combine(Layout.NewData, "base"));

        await using var cluster = await AcquireAsync();

        Assert.False(Directory.Exists(Layout.NewData));
        Assert.Equal("1", await AskAsync(cluster, "select 1"));
    }

    [Fact]
    public async Task A_full_disk_is_told_and_what_was_begun_is_removed()
    {
        var programs = await FakeProgramsAsync(
            "99", "mkdir -p \"${1#--pgdata=}/base\"; echo 'could not write file: No space left on device' >&2; exit 1");

        var error = await Assert.ThrowsAsync<BatchLLMException>(() => AcquireAsync(programs));

        Assert.StartsWith($"The disk is full: the private database in {_directory.Path}", error.Message,
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(Layout.NewData));
        Assert.False(Directory.Exists(Layout.Data));
    }

    [Fact]
    public async Task A_server_that_does_not_start_gives_its_reason_and_its_log()
    {
        await using (await AcquireAsync())
        {
        }

        await File.AppendAllTextAsync(Path.Combine(Layout.Data, "postgresql.conf"), "shared_preload_libraries = 'none'\n", Token);

        var error = await Assert.ThrowsAsync<BatchLLMException>(() => AcquireAsync());

        Assert.StartsWith($"The private PostgreSQL server in {_directory.Path} does not start: ", error.Message,
            StringComparison.Ordinal);
        Assert.Contains("could not access file \"none\"", error.Message, StringComparison.Ordinal);
        Assert.EndsWith($"Its log is {Layout.Log}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_of_another_version_are_left_alone()
    {
        Directory.CreateDirectory(Layout.Data);
        await File.WriteAllTextAsync(Path.Combine(Layout.Data, "PG_VERSION"), "9\n", Token);

        var error = await Assert.ThrowsAsync<BatchLLMException>(() => AcquireAsync());

        Assert.StartsWith($"The private database in {Layout.Data} was made by PostgreSQL 9, but installed is ",
            error.Message, StringComparison.Ordinal);
        Assert.Contains("apt-get install postgresql-9", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_that_fit_the_data_are_preferred_to_newer_ones()
    {
        await using (await AcquireAsync())
        {
        }

        var newer = await FakeProgramsAsync("99", "exit 1");

        await using var cluster = await AcquireAsync(newer);
        Assert.Equal("1", await AskAsync(cluster, "select 1"));
    }

    [Fact]
    public async Task Without_PostgreSQL_the_message_says_how_to_get_it()
    {
        var error = await Assert.ThrowsAsync<BatchLLMException>(
            () => PostgresBinaries.FindAsync(["/bin"], ["/nowhere/*/bin"], Layout, Token));

        Assert.Contains("'apt-get install postgresql'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_path_has_its_socket_elsewhere()
    {
        using var directory = new TestDirectory(new string('d', 120));
        var layout = new ClusterLayout(directory.Path, Environment.IsPrivilegedProcess);
        Assert.NotEqual(directory.Path, layout.SocketDirectory);

        await using (var cluster = await PrivateCluster.AcquireAsync(
            new PrivateClusterOptions { Directory = directory.Path }, TimeProvider.System, Token))
        {
            Assert.Equal("1", await AskAsync(cluster, "select 1"));
        }

        Directory.Delete(layout.SocketDirectory);
    }

    [Fact]
    public async Task A_path_may_hold_spaces_and_quotes()
    {
        using var directory = new TestDirectory("it's a \u00e9 place");

        await using var cluster = await PrivateCluster.AcquireAsync(
            new PrivateClusterOptions { Directory = directory.Path }, TimeProvider.System, Token);

        Assert.Equal("1", await AskAsync(cluster, "select 1"));
    }

    [Fact]
    public async Task Another_user_than_root_has_it_too()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The other tests run as a user already.");
        string[] nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"];
        var readable = await Tool.RunAsync([.. nobody, "test", "-x", Environment.ProcessPath!], "/", Token);
        Assert.SkipUnless(readable.ExitCode == 0, "The account nobody cannot read the test program.");
        var home = Directory.CreateDirectory(Path.Combine(_directory.Parent, "home")).FullName;
        await Tool.RunAsync(["chown", "nobody", home], "/", Token);

        using var user = ClusterUser.Start(Path.Combine(home, "postgres"), nobody);
        await user.JoinedAsync();
        var owner = await Tool.RunAsync(["stat", "--format=%U", $"/proc/{user.ServerId}"], "/", Token);
        await user.LeaveAsync();

        Assert.Equal("nobody", owner.Output.Trim());
    }

    [Fact]
    public async Task Root_is_told_if_the_servers_account_cannot_enter()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root hands the server over to another account.");
        var closed = Path.Combine(_directory.Parent, "closed");
        Directory.CreateDirectory(closed);
        await Tool.RunAsync(["chmod", "700", closed], "/", Token);

        var error = await Assert.ThrowsAsync<BatchLLMException>(() => PrivateCluster.AcquireAsync(
            new PrivateClusterOptions { Directory = Path.Combine(closed, "postgres") }, TimeProvider.System, Token));

        Assert.StartsWith("PostgreSQL does not run as root, and the account ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BATCHLLM_DATA=/data;HOME=/home/ada", false, "/data/postgres")]
    [InlineData("XDG_DATA_HOME=/xdg;HOME=/home/ada", false, "/xdg/batchllm/postgres")]
    [InlineData("XDG_DATA_HOME=xdg;HOME=/home/ada", false, "/home/ada/.local/share/batchllm/postgres")]
    [InlineData("HOME=/home/ada", false, "/home/ada/.local/share/batchllm/postgres")]
    [InlineData("HOME=/root", true, "/var/lib/batchllm/postgres")]
    [InlineData("BATCHLLM_DATA=/data;HOME=/root", true, "/data/postgres")]
    public void Its_place_follows_the_environment(string variables, bool isRoot, string expected)
    {
        var environment = variables.Split(';').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);

        Assert.Equal(expected, PrivateClusterOptions.FromEnvironment(environment.GetValueOrDefault, isRoot).Directory);
    }

    private Task<PrivateCluster> AcquireAsync(params string[] programs) => PrivateCluster.AcquireAsync(
        new PrivateClusterOptions { Directory = _directory.Path, BinaryDirectories = programs },
        TimeProvider.System,
        Token);

    private static async Task<string?> AskAsync(PrivateCluster cluster, string sql)
    {
        await using var source = NpgsqlDataSource.Create(cluster.Address.ConnectionString);
        await using var connection = await source.OpenConnectionAsync(Token);
        return (await connection.ExecuteScalarAsync<object?>(sql))?.ToString();
    }

    private async Task<string> FakeProgramsAsync(string version, string initDb)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_directory.Parent, "fake")).FullName;
        (string Name, string Script)[] programs =
            [("initdb", initDb), ("pg_ctl", "exit 1"), ("postgres", $"echo 'postgres (PostgreSQL) {version}.1'")];
        foreach (var (name, script) in programs)
        {
            await File.WriteAllTextAsync(Path.Combine(directory, name), $"#!/bin/sh\n{script}\n", Token);
        }

        await Tool.RunAsync(["chmod", "-R", "a+rx", directory], "/", Token);
        return directory;
    }
}
