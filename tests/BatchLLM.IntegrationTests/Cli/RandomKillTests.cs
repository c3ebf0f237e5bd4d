using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>SIGKILL at random moments of a run that has a cluster of its own, which dies and comes back with it.</summary>
public sealed class RandomKillTests(PrivateCliFixture fixture) : IClassFixture<PrivateCliFixture>
{
    // The first run makes the cluster; later ones start it, and write parts of a job.
    private const int FilesOfCluster = 1200;
    private const int FilesOfRun = 60;

    private readonly CliFixture _cli = fixture.Cli;

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
            using var files = new NewFiles(_cli.DataDirectory);
            using var process = _cli.Start([], "run", path);
            var finished = CliFixture.FinishAsync(process);
            await Task.WhenAny(finished, files.NextAsync(random.Next(1, kill == 0 ? FilesOfCluster : FilesOfRun)));
            process.Kill();
            await finished;
        }

        var last = await _cli.RunAsync("run", path, "--json");

        Assert.True(last.ExitCode is 0 or 3, $"seed {seed}: {last}");
        OutputCheck.IsWhole(job);
    }
}
