using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>The private database as it comes into being.</summary>
public sealed class FirstUseTests
{
    [Fact]
    public async Task Killed_while_the_private_database_is_made_the_next_command_makes_it()
    {
        await using var cli = new CliFixture(cluster: null);
        using var watcher = new FileSystemWatcher(cli.DataDirectory) { IncludeSubdirectories = true };
        var begun = new TaskCompletionSource();
        watcher.Created += (_, file) => Signal(begun, file.Name);
        watcher.EnableRaisingEvents = true;
        using var process = cli.Start([], "status");
        var finished = CliFixture.FinishAsync(process);
        await Task.WhenAny(begun.Task, finished);

        // Its initdb lives on and goes on writing.
        process.Kill();

        var killed = await finished;
        var next = await cli.RunAsync("status");
        Assert.Equal(CliResult.Killed, killed.ExitCode);
        Assert.True(next.ExitCode == 0, next.ToString());
    }

    [Fact]
    public async Task Four_commands_at_once_share_the_making_of_it()
    {
        await using var cli = new CliFixture(cluster: null);

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => cli.RunAsync("status")));

        Assert.All(results, result => Assert.True(result.ExitCode == 0, result.ToString()));
    }

    [Fact]
    public async Task A_new_database_that_counts_from_one_again_leaves_no_part_of_a_former_run()
    {
        await using var former = new CliFixture(cluster: null);
        await using var fresh = new CliFixture(cluster: null);
        var job = new TicketJob(former.DataDirectory, rows: 40, rowsPerShard: 5);
        var before = await former.RunAsync("run", job.Save(), "--json");
        job.Spec["policies"]!["rows_per_shard"] = 20;

        var after = await fresh.RunAsync("run", job.Save(), "--json");

        Assert.Equal(before.Json.GetProperty("job").GetInt64(), after.Json.GetProperty("job").GetInt64());
        OutputCheck.IsWhole(job);
        Assert.Equal(job.Parts, Directory.GetFiles(job.Output, "part-*").Select(Path.GetFileName).Order());
    }

    private static void Signal(TaskCompletionSource begun, string? path)
    {
        if (path?.Contains("data.new-", StringComparison.Ordinal) == true)
        {
            begun.TrySetResult();
        }
    }
}
