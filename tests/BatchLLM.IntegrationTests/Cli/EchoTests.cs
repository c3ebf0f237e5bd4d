using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary><c>--engine echo</c>: the true pipeline without a model.</summary>
public sealed class EchoTests(CliFixture cli) : IClassFixture<CliFixture>
{
    [Fact]
    public async Task A_directory_with_nothing_but_a_tokenizer_is_enough()
    {
        var job = Job(rows: 40);

        var result = await cli.RunAsync("run", job.Save(), "--engine", "echo");

        Assert.True(result.ExitCode == 0, result.ToString());
        OutputCheck.IsWhole(job);
        Assert.Equal("echo", job.Receipt.GetProperty("engine").GetString());
        Assert.All(job.Records.Index(), record => Assert.Equal(
            $"Our printer number {record.Index} is on fire since Monday.", Completion(record.Item)));
    }

    [Fact]
    public async Task Echoes_are_cut_at_max_tokens_and_counted_as_truncated()
    {
        var job = Job(rows: 40);

        var result = await cli.RunAsync("run", job.Save(), "--engine", "echo", "--set", "sampling.max_tokens=2", "--json");

        Assert.True(result.ExitCode == 3, result.ToString());
        Assert.Equal(40, job.Receipt.GetProperty("rows").GetProperty("truncated").GetInt64());
        Assert.All(job.Records, record => Assert.StartsWith(Completion(record)!, "Our printer", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(CrashWindow.ShardsLeased)]
    [InlineData(CrashWindow.PartHalfWritten)]
    [InlineData(CrashWindow.ShardCommitted)]
    [InlineData(CrashWindow.SomePartsPublished)]
    public async Task Killed_then_resumed_every_row_stands_exactly_once(CrashWindow window)
    {
        var job = Job(rows: 40);
        job.Spec["engine"] = "echo";
        var killed = await cli.RunAsync(
            new Dictionary<string, string> { ["BATCHLLM_TEST_KILL_AT"] = window.ToString() }, "run", job.Save());
        Assert.True(killed.ExitCode == CliResult.Killed, killed.ToString());

        var resumed = await cli.RunAsync("resume", job.Name);

        Assert.True(resumed.ExitCode == 0, resumed.ToString());
        OutputCheck.IsWhole(job);
    }

    [Fact]
    public async Task An_echo_never_replaces_what_a_model_computed()
    {
        var job = new TicketJob(cli.DataDirectory);
        var path = job.Save();
        await cli.RunAsync("run", path);
        var receipt = job.Receipt.ToString();

        var refused = await cli.RunAsync("run", path, "--engine", "echo");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("an echo would replace", refused.Error, StringComparison.Ordinal);
        Assert.Equal(receipt, job.Receipt.ToString());
    }

    [Fact]
    public async Task Validate_counts_the_rows_of_an_echo_without_weights()
    {
        var job = Job(rows: 40);

        var result = await cli.RunAsync("validate", job.Save(), "--engine", "echo", "--json");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(40, result.Json.GetProperty("ready").GetInt64());
    }

    /// <summary>A job of raw text whose model directory holds a tokenizer alone.</summary>
    private TicketJob Job(int rows)
    {
        var job = new TicketJob(cli.DataDirectory, rows);
        var model = Directory.CreateDirectory(Path.Combine(job.Directory, "tokenizer")).FullName;
        File.Copy(Path.Combine(Checkout.DemoModel, "tokenizer.json"), Path.Combine(model, "tokenizer.json"));
        job.Spec["model"] = model;
        job.Spec["prompt"] = new System.Text.Json.Nodes.JsonObject { ["text"] = "{{body}}" };
        job.Spec["sampling"]!["max_tokens"] = 100;
        return job;
    }

    private static string? Completion(System.Text.Json.JsonElement record) => record.GetProperty("completion").GetString();
}
