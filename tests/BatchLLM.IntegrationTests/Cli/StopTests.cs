using System.Diagnostics;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>Stopping a job that runs: by Ctrl+C, and by cancelling it from another process.</summary>
public sealed class StopTests(PrivateCliFixture fixture) : IClassFixture<PrivateCliFixture>
{
    // More than are computed while another process starts.
    private const int Many = 40_000;

    private readonly CliFixture _cli = fixture.Cli;

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task An_interrupted_run_hands_its_leases_back_and_resuming_finishes(string signal)
    {
        var job = new TicketJob(_cli.DataDirectory, rows: 2_000, rowsPerShard: 10);
        using var process = _cli.Start([], "run", job.Save());
        var finished = CliFixture.FinishAsync(process);
        await job.FirstWriteAsync(finished);
        await SignalAsync(process, signal);

        var interrupted = await finished;
        var resumed = await _cli.RunAsync("resume", job.Name, "--json");

        Assert.True(interrupted.ExitCode == 130, interrupted.ToString());
        Assert.Contains("resume", interrupted.Error, StringComparison.Ordinal);
        Assert.True(resumed.ExitCode is 0 or 3, resumed.ToString());
        OutputCheck.IsWhole(job);
    }

    [Fact]
    public async Task A_job_cancelled_from_another_process_stops_and_publishes_what_it_has()
    {
        var job = new TicketJob(_cli.DataDirectory, rows: Many, rowsPerShard: 100);
        using var process = _cli.Start([], "run", job.Save());
        var finished = CliFixture.FinishAsync(process);
        await job.FirstWriteAsync(finished);

        var cancelled = await _cli.RunAsync("cancel", job.Name, "--json");

        var stopped = await finished;
        Assert.Equal(0, cancelled.ExitCode);
        Assert.True(stopped.ExitCode == 5, stopped.ToString());
        var rows = job.Receipt.GetProperty("rows");
        Assert.Equal("cancelled", job.Receipt.GetProperty("state").GetString());
        Assert.Equal(job.Records.Count, Many - rows.GetProperty("skipped").GetInt64());
        Assert.Empty(Directory.EnumerateFiles(job.Output, "*epoch*", SearchOption.AllDirectories));
    }

    private static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }
}
