using BatchLLM.IntegrationTests.Cli;
using Xunit;

namespace BatchLLM.IntegrationTests.Telemetry;

/// <summary>What a run sends to a collector.</summary>
public sealed class OtlpTests(CliFixture cli) : IClassFixture<CliFixture>
{
    [Fact]
    public async Task A_run_sends_its_metrics_and_spans_and_not_a_word_of_its_rows()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var job = new TicketJob(cli.DataDirectory);
        job.Spec["engine"] = "echo";

        var run = await cli.RunAsync(
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Url,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_SERVICE_NAME"] = "nightly",
            },
            "run", job.Save());

        Assert.True(run.ExitCode is 0 or 3, run.ToString());
        var (metrics, traces) = (receiver.Of("/v1/metrics"), receiver.Of("/v1/traces"));
        Assert.All(
            ["batchllm.rows", "batchllm.tokens", "batchllm.shard.commit.duration", "nightly"],
            name => Assert.Contains(name, metrics, StringComparison.Ordinal));
        Assert.All(
            ["batchllm.job.run", "batchllm.window.read", "batchllm.window.run", "batchllm.shard.commit", "batchllm.job.publish", "nightly"],
            name => Assert.Contains(name, traces, StringComparison.Ordinal));
        Assert.DoesNotContain("printer", metrics + traces, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_is_not_there_harms_no_run()
    {
        var job = new TicketJob(cli.DataDirectory);
        job.Spec["engine"] = "echo";

        var run = await cli.RunAsync(
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9",
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            },
            "run", job.Save());

        Assert.True(run.ExitCode is 0 or 3, run.ToString());
        OutputCheck.IsWhole(job);
    }
}
