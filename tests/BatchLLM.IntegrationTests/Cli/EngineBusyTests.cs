using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>How busy the engine was, as a run's summary has it.</summary>
public sealed class EngineBusyTests(CliFixture cli) : IClassFixture<CliFixture>
{
    [Fact]
    public async Task A_run_says_how_busy_the_engine_was_and_a_job_that_was_complete_does_not()
    {
        var job = new TicketJob(cli.DataDirectory);

        var first = await cli.RunAsync("run", job.Save(), "--json");
        var again = await cli.RunAsync("run", job.Save(), "--json");

        Assert.InRange(first.Json.GetProperty("engine_busy").GetDouble(), 0.0001, 1);
        Assert.False(first.Json.GetProperty("already_complete").GetBoolean());
        Assert.False(again.Json.TryGetProperty("engine_busy", out _));
        Assert.True(again.Json.GetProperty("already_complete").GetBoolean());
    }
}
