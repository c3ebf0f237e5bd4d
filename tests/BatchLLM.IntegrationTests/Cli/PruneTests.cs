using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary><c>batchllm prune</c>.</summary>
public sealed class PruneTests(CliFixture cli) : IClassFixture<CliFixture>
{
    [Fact]
    public async Task Jobs_of_that_age_go_and_their_output_stays()
    {
        var job = new TicketJob(cli.DataDirectory);
        var run = await cli.RunAsync("run", job.Save(), "--engine", "echo");
        Assert.True(run.ExitCode == 3, run.ToString());

        var young = await cli.RunAsync("prune", "--keep-jobs", "1d", "--json");
        long would;
        do
        {
            would = await PruneAsync("--dry-run"); // each takes a while itself, until the job is a second old
        }
        while (would == 0);

        Assert.Equal(0, young.Json.GetProperty("jobs").GetInt64());
        Assert.Equal((1, 1, 0), (would, await PruneAsync(), await PruneAsync()));
        OutputCheck.IsWhole(job);
    }

    [Theory]
    [InlineData("5w")]
    [InlineData("0d")]
    [InlineData("d")]
    [InlineData("999999d")]
    public async Task An_age_that_is_none_is_said(string age)
    {
        var result = await cli.RunAsync("prune", "--keep-jobs", age);

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("--keep-jobs", result.Error + result.Output, StringComparison.Ordinal);
    }

    private async Task<long> PruneAsync(params string[] more)
    {
        var result = await cli.RunAsync(["prune", "--keep-jobs", "1s", "--json", .. more]);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Json.GetProperty("jobs").GetInt64();
    }
}
