using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>SIGKILL in each crash window, and at random moments; then every row exactly once all the same.</summary>
public sealed class KillTests(PrivateCliFixture fixture) : IClassFixture<PrivateCliFixture>
{
    private static List<string?>? _uninterrupted; // the same for each window, which come one after the other

    private readonly CliFixture _cli = fixture.Cli;

    public static TheoryData<CrashWindow> Windows => [.. Enum.GetValues<CrashWindow>()];

    [Theory]
    [MemberData(nameof(Windows))]
    public async Task Killed_in_a_crash_window_then_resumed_every_row_stands_exactly_once(CrashWindow window)
    {
        var job = new TicketJob(_cli.DataDirectory);
        var killed = await _cli.RunAsync(
            new Dictionary<string, string> { ["BATCHLLM_TEST_KILL_AT"] = window.ToString() }, "run", job.Save());
        Assert.True(killed.ExitCode == CliResult.Killed, killed.ToString());

        var resumed = await _cli.RunAsync("resume", job.Name, "--json");

        Assert.True(resumed.ExitCode is 0 or 3, resumed.ToString());
        OutputCheck.IsWhole(job);
        Assert.Equal(_uninterrupted ??= await UninterruptedAsync(), Completions(job));
    }

    [Fact]
    public async Task Killed_ten_times_at_random_moments_every_row_stands_exactly_once()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var job = new TicketJob(_cli.DataDirectory, rows: 400, rowsPerShard: 20);
        var path = job.Save();
        for (var kill = 0; kill < 10; kill++)
        {
            using var process = _cli.Start([], "run", path);
            var finished = CliFixture.FinishAsync(process);
            using var moment = new CancellationTokenSource(random.Next(100, 2500));
            var killed = new TaskCompletionSource();
            await using var registration = moment.Token.Register(() => killed.SetResult());
            await Task.WhenAny(finished, killed.Task);
            process.Kill();
            await finished;
        }

        var last = await _cli.RunAsync("run", path, "--json");

        Assert.True(last.ExitCode is 0 or 3, $"seed {seed}: {last}");
        OutputCheck.IsWhole(job);
    }

    private async Task<List<string?>> UninterruptedAsync()
    {
        var job = new TicketJob(_cli.DataDirectory);
        var result = await _cli.RunAsync("run", job.Save());
        Assert.True(result.ExitCode is 0 or 3, result.ToString());
        return Completions(job);
    }

    private static List<string?> Completions(TicketJob job) =>
        [.. job.Records.Select(record => record.GetProperty("completion").GetString())];
}
