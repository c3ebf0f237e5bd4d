using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>The numerics and the KV cache of a job, from the command line to the receipt.</summary>
public sealed class NumericsTests(CliFixture cli) : IClassFixture<CliFixture>
{
    [Fact]
    public async Task The_checkpoints_own_numerics_and_their_name_are_the_same_job()
    {
        var job = new TicketJob(cli.DataDirectory);
        var first = await cli.RunAsync("run", job.Save(), "--json");

        var named = await cli.RunAsync("run", job.Save(), "--numerics", "bf16", "--set", "kv_cache=bf16", "--json");
        var status = await cli.RunAsync("status", job.Name, "--json");

        Assert.Equal(first.Json.GetProperty("job").GetInt64(), named.Json.GetProperty("job").GetInt64());
        Assert.True(named.Json.GetProperty("already_complete").GetBoolean());
        foreach (var record in new[] { job.Receipt, first.Json, status.Json[0] })
        {
            Assert.Equal("bf16", record.GetProperty("numerics").GetString());
            Assert.Equal("bf16", record.GetProperty("kv_cache").GetString());
        }
    }

    [Fact]
    public async Task Numerics_that_the_checkpoint_does_not_support_are_refused_before_there_is_a_job()
    {
        var job = new TicketJob(cli.DataDirectory);

        var result = await cli.RunAsync("run", job.Save(), "--numerics", "w8a8-static");
        var validated = await cli.RunAsync("validate", job.Save(), "--numerics", "w8a8-static");

        var expected = $"Model {Checkout.DemoModel} is not quantized and computes bf16; the job asks for w8a8-static.";
        Assert.Equal((2, expected), (result.ExitCode, result.Error.Trim()));
        Assert.Equal((2, expected), (validated.ExitCode, validated.Error.Trim()));
        Assert.Equal(2, (await cli.RunAsync("status", job.Name)).ExitCode);
    }
}
