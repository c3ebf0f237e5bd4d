using System.Diagnostics;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Postgres.Database;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>The real executable with a data directory and a database of its own.</summary>
/// <param name="cluster">Where the database is made; null to let the executable run a private cluster.</param>
public sealed class CliFixture(TestCluster? cluster) : IAsyncLifetime
{
    private readonly DirectoryInfo _data = CreateData();
    private string? _database;

    public string DataDirectory => _data.FullName;

    public async ValueTask InitializeAsync() =>
        _database = cluster is null ? null : (await cluster.CreateDatabaseAsync()).ConnectionString;

    public ValueTask DisposeAsync()
    {
        _data.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs a command to its end.</summary>
    public Task<CliResult> RunAsync(params string[] arguments) => RunAsync([], arguments);

    /// <summary>Runs a command with more environment variables.</summary>
    public async Task<CliResult> RunAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        using var process = Start(environment, arguments);
        return await FinishAsync(process);
    }

    /// <summary>Runs a command that reads standard input.</summary>
    public async Task<CliResult> RunWithInputAsync(string input, params string[] arguments)
    {
        using var process = Start([], arguments);
        return await FinishAsync(process, input);
    }

    /// <summary>Runs a line of the shell, in which $0 is the executable and $1 the first argument.</summary>
    public async Task<CliResult> RunInShellAsync(string line, params string[] arguments)
    {
        using var process = Start([], "/bin/sh", ["-c", line, Checkout.Executable, .. arguments]);
        return await FinishAsync(process);
    }

    /// <summary>Starts a command; the caller ends it.</summary>
    public Process Start(Dictionary<string, string> environment, params string[] arguments) =>
        Start(environment, Checkout.Executable, arguments);

    private Process Start(Dictionary<string, string> environment, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = DataDirectory,
        };
        start.Environment.Remove("BATCHLLM_DATABASE");
        if (_database is not null)
        {
            start.Environment["BATCHLLM_DATABASE"] = _database;
        }

        start.Environment["BATCHLLM_DATA"] = DataDirectory;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>A root's server runs as another account, which must be able to enter.</summary>
    private static DirectoryInfo CreateData()
    {
        var data = Directory.CreateTempSubdirectory("batchllm-test-");
        data.UnixFileMode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return data;
    }

    /// <summary>Tells from now on whenever a row of some tables of its database is written.</summary>
    internal Task<TableChanges> WatchAsync(params string[] tables) => TableChanges.WatchAsync(
        DatabaseAddress.Parse(_database ?? throw new InvalidOperationException("The executable runs a cluster of its own.")), tables);

    /// <summary>Waits for a started command.</summary>
    public static async Task<CliResult> FinishAsync(Process process, string input = "")
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return new CliResult(process.ExitCode, await output, await error);
    }
}
