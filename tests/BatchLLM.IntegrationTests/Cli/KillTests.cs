using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>SIGKILL in each crash window; then every row exactly once all the same.</summary>
public sealed class KillTests(CliFixture cli) : IClassFixture<CliFixture>
{
    // This job has no canary, and its results stay.
    private static readonly CrashWindow[] NotHere =
        [CrashWindow.CanaryHalfRun, CrashWindow.CanaryWritten, CrashWindow.CanaryRecorded, CrashWindow.ResultsHalfRemoved];

    private static List<string?>? _uninterrupted; // the same for each window, which come one after the other

    public static TheoryData<CrashWindow> Windows => [.. Enum.GetValues<CrashWindow>().Except(NotHere)];

    [Theory]
    [MemberData(nameof(Windows))]
    public async Task Killed_in_a_crash_window_then_resumed_every_row_stands_exactly_once(CrashWindow window)
    {
        var job = new TicketJob(cli.DataDirectory);
        var killed = await cli.RunAsync(
            new Dictionary<string, string> { ["BATCHLLM_TEST_KILL_AT"] = window.ToString() }, "run", job.Save());
        Assert.True(killed.ExitCode == CliResult.Killed, killed.ToString());

        var resumed = await cli.RunAsync("resume", job.Name, "--json");

        Assert.True(resumed.ExitCode is 0 or 3, resumed.ToString());
        OutputCheck.IsWhole(job);
        Assert.Equal(_uninterrupted ??= await UninterruptedAsync(), Completions(job));
    }

    private async Task<List<string?>> UninterruptedAsync()
    {
        var job = new TicketJob(cli.DataDirectory);
        var result = await cli.RunAsync("run", job.Save());
        Assert.True(result.ExitCode is 0 or 3, result.ToString());
        return Completions(job);
    }

    private static List<string?> Completions(TicketJob job) =>
        [.. job.Records.Select(record => record.GetProperty("completion").GetString())];
}
