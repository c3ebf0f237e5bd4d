using System.Text.Json;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary><c>batchllm prune --keep-results</c>, and jobs that say themselves how long theirs are kept.</summary>
public sealed class PruneResultsTests(CliFixture cli) : IClassFixture<CliFixture>
{
    private static readonly Dictionary<string, string> KilledInTheMiddle =
        new() { ["BATCHLLM_TEST_KILL_AT"] = nameof(CrashWindow.ResultsHalfRemoved) };

    [Fact]
    public async Task Results_go_when_their_job_says_so_and_the_job_stays_to_say_that()
    {
        var (brief, lasting) = (await RunAsync(keep: "1s"), await RunAsync(keep: null));

        var dry = await cli.RunAsync("prune", "--dry-run", "--json");
        while (!Names(dry).Contains(brief.Name)) // each takes a while itself, until the job is a second old
        {
            dry = await cli.RunAsync("prune", "--dry-run", "--json");
        }

        var pruned = await cli.RunAsync("prune");

        Assert.True(pruned.ExitCode == 0, pruned.ToString());
        Assert.Matches($@"Job \d+ \({brief.Name}\), file:///.*: [45] files removed\.", pruned.Output);
        Assert.Empty(Directory.GetFiles(brief.Output));
        OutputCheck.IsWhole(lasting);
        var status = await cli.RunAsync("status", brief.Name);
        Assert.Matches(@"Job \d+ is over, and its results were removed at 20\d\d-", status.Output);
        var resumed = await cli.RunAsync("resume", brief.Name, "--json");
        Assert.Contains("results were removed at", JsonDocument.Parse(resumed.Output).RootElement.GetProperty("removal").GetString(), StringComparison.Ordinal);
        brief.Spec["output"]!["keep"] = "1d";
        var again = await cli.RunAsync("run", brief.Save(), "--engine", "echo");
        Assert.True(again.ExitCode == 3, again.ToString());
        OutputCheck.IsWhole(brief);
    }

    [Fact]
    public async Task Killed_in_the_middle_the_output_never_looks_whole_and_the_next_goes_on()
    {
        var job = await RunAsync(keep: "1s");
        CliResult killed;
        do
        {
            killed = await cli.RunAsync(KilledInTheMiddle, "prune");
        }
        while (killed.ExitCode == 0); // until the job is a second old

        var left = Directory.GetFiles(job.Output).Select(Path.GetFileName).ToList();
        Assert.Equal(CliResult.Killed, killed.ExitCode);
        Assert.Contains("_former-receipt.json", left);
        Assert.DoesNotContain("receipt.json", left);
        var retried = await cli.RunAsync("retry", job.Name);
        Assert.Contains("its results are being removed", retried.Error, StringComparison.Ordinal);

        var pruned = await cli.RunAsync("prune", "--json");

        Assert.Contains(job.Name, Names(pruned));
        Assert.Empty(Directory.GetFiles(job.Output));
    }

    [Fact]
    public async Task Killed_in_the_middle_then_run_again_the_new_output_is_whole_and_stays_so()
    {
        var job = await RunAsync(keep: "1s");
        while ((await cli.RunAsync(KilledInTheMiddle, "prune")).ExitCode == 0)
        {
        }

        job.Spec["output"]!["keep"] = "1d";
        var again = await cli.RunAsync("run", job.Save(), "--engine", "echo");
        var pruned = await cli.RunAsync("prune", "--json");

        Assert.True(again.ExitCode == 3, again.ToString());
        var result = Assert.Single(JsonDocument.Parse(pruned.Output).RootElement.GetProperty("results").EnumerateArray(), item => item.GetProperty("name").GetString() == job.Name);
        Assert.Equal(0, result.GetProperty("files").GetInt32());
        OutputCheck.IsWhole(job);
    }

    private async Task<TicketJob> RunAsync(string? keep)
    {
        var job = new TicketJob(cli.DataDirectory);
        if (keep is not null)
        {
            job.Spec["output"]!["keep"] = keep;
        }

        var run = await cli.RunAsync("run", job.Save(), "--engine", "echo");
        Assert.True(run.ExitCode == 3, run.ToString());
        return job;
    }

    private static IEnumerable<string?> Names(CliResult result) => JsonDocument.Parse(result.Output).RootElement.GetProperty("results")
        .EnumerateArray().Where(item => item.GetProperty("fate").GetString() == "removed").Select(item => item.GetProperty("name").GetString());
}
