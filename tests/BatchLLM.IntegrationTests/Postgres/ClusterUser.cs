using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using BatchLLM.Postgres.Private;
using Npgsql;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>
/// Another process that uses a private cluster: this same program, told to run only the test below, which is none for
/// anybody else.
/// </summary>
public sealed class ClusterUser : IDisposable
{
    private const string Variable = "BATCHLLM_TEST_CLUSTER";
    private readonly Process _process;

    public ClusterUser() => _process = new Process();

    private ClusterUser(Process process) => _process = process;

    /// <summary>Process of the server that it joined.</summary>
    internal int ServerId { get; private set; }

    [Fact(Explicit = true)]
    public async Task Joins_the_cluster_says_so_and_leaves_when_told()
    {
        var directory = Environment.GetEnvironmentVariable(Variable)!;
        await using (var cluster = await PrivateCluster.AcquireAsync(
            new PrivateClusterOptions { Directory = directory }, TimeProvider.System, CancellationToken.None))
        {
            await using (var source = NpgsqlDataSource.Create(cluster.Address.ConnectionString))
            await using (var command = source.CreateCommand("select 1"))
            {
                await command.ExecuteNonQueryAsync();
            }

            var server = PostmasterFile.Read(new ClusterLayout(directory, Environment.IsPrivilegedProcess).Data);
            await Console.Out.WriteLineAsync($"joined {server!.ProcessId}");
            await Console.In.ReadLineAsync();
        }
    }

    /// <summary>Starts one; with a prefix, through another program such as setpriv.</summary>
    internal static ClusterUser Start(string directory, params string[] prefix)
    {
        var program = Environment.ProcessPath!;
        string[] host = Path.GetFileName(program) == "dotnet" ? [program, Assembly.GetExecutingAssembly().Location] : [program];
        string[] command =
        [
            .. prefix, .. host, "-noLogo", "-explicit", "only", "-method",
            $"{typeof(ClusterUser).FullName}.{nameof(Joins_the_cluster_says_so_and_leaves_when_told)}",
        ];
        return new ClusterUser(Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            Environment = { [Variable] = directory },
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);
    }

    internal async Task<ClusterUser> JoinedAsync()
    {
        var said = new List<string>();
        while (await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            said.Add(line);
            if (line.StartsWith("joined ", StringComparison.Ordinal))
            {
                ServerId = int.Parse(line["joined ".Length..], CultureInfo.InvariantCulture);
                return this;
            }
        }

        throw new InvalidOperationException("It did not join: " + string.Join('\n', said));
    }

    internal async Task LeaveAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    internal async Task KillAsync()
    {
        _process.Kill(entireProcessTree: false);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public void Dispose() => _process.Dispose();
}
