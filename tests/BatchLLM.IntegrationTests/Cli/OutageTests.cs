using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>The database away at the start or dying in the middle, and a disk without room.</summary>
public sealed class OutageTests(PrivateCliFixture fixture) : IClassFixture<PrivateCliFixture>
{
    private readonly CliFixture _cli = fixture.Cli;

    [Fact]
    public async Task A_database_that_is_not_there_is_named_without_its_password()
    {
        var job = new TicketJob(_cli.DataDirectory);

        var result = await _cli.RunAsync(
            "run", job.Save(), "--database", "postgres://someone:hunter2@127.0.0.1:1/batch");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("127.0.0.1", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.Error + result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_database_killed_in_the_middle_comes_back_and_the_job_finishes()
    {
        var job = new TicketJob(_cli.DataDirectory, rows: 400, rowsPerShard: 10);
        using var process = _cli.Start([], "run", job.Save());
        var finished = CliFixture.FinishAsync(process);
        await job.FirstWriteAsync(finished);

        Process.GetProcessById(Postmaster()).Kill();

        var result = await finished;
        Assert.True(result.ExitCode is 0 or 3, result.ToString());
        OutputCheck.IsWhole(job);
    }

    [Fact]
    public async Task A_full_disk_stops_the_run_with_its_name_and_resuming_after_making_room_finishes()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Mounting a small file system needs root.");
        var job = new TicketJob(_cli.DataDirectory, rows: 200, rowsPerShard: 20);
        Directory.CreateDirectory(job.Output);
        await ExecuteAsync("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", job.Output);
        try
        {
            var full = await _cli.RunAsync("run", job.Save());
            Assert.True(full.ExitCode == 1, full.ToString());
            Assert.Contains("room", full.Error, StringComparison.OrdinalIgnoreCase);

            await ExecuteAsync("mount", "-o", "remount,size=16m", job.Output);
            var resumed = await _cli.RunAsync("resume", job.Name);
            Assert.True(resumed.ExitCode is 0 or 3, resumed.ToString());
            OutputCheck.IsWhole(job);
        }
        finally
        {
            await ExecuteAsync("umount", job.Output);
        }
    }

    [Fact]
    public async Task Where_progress_cannot_be_shown_the_run_stops_with_the_reason_and_hands_its_work_back()
    {
        var job = new TicketJob(_cli.DataDirectory, rows: 40_000, rowsPerShard: 500);

        var silenced = await _cli.RunInShellAsync("exec \"$0\" run \"$1\" > /dev/full", job.Save());

        Assert.True(silenced.ExitCode == 1, silenced.ToString());
        Assert.Contains("No space left", silenced.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("window", silenced.Error, StringComparison.Ordinal);
        var cancelled = await _cli.RunAsync("cancel", job.Name);
        Assert.True(cancelled.ExitCode == 0, cancelled.ToString());
    }

    private int Postmaster()
    {
        var file = Directory.EnumerateFiles(_cli.DataDirectory, "postmaster.pid", SearchOption.AllDirectories).Single();
        return int.Parse(File.ReadLines(file).First(), CultureInfo.InvariantCulture);
    }

    private static async Task ExecuteAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
