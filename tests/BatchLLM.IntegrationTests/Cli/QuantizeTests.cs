using System.Text.Json;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary><c>batchllm quantize</c> as a user runs it.</summary>
public sealed class QuantizeTests(CliFixture cli) : IClassFixture<CliFixture>
{
    private readonly TicketJob _job = new(cli.DataDirectory);

    private string To => Path.Combine(_job.Directory, "quantized");

    [Theory]
    [InlineData("fp8-dynamic", null)]
    [InlineData("int8", null)]
    [InlineData("fp8", "job")]
    [InlineData("nvfp4", "rows")]
    [InlineData("int4-awq", "job")]
    public async Task Quantizes_and_the_copy_runs(string format, string? calibration)
    {
        string[] prompts = calibration switch
        {
            "job" => ["--calibration", _job.Save(), "--samples", "3"],
            "rows" => ["--calibration", _job.Input, "--samples", "3"],
            _ => [],
        };

        var result = await cli.RunAsync(
            ["quantize", "--from", Checkout.DemoModel, "--to", To, "--format", format, "--json", .. prompts]);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(calibration is null ? null : 3, Number(result.Json, "calibration_prompts"));
        Assert.True(result.Json.GetProperty("bytes").GetInt64() < result.Json.GetProperty("source_bytes").GetInt64());
        _job.Spec["model"] = To;
        var run = await cli.RunAsync("run", _job.Save(), "--json");
        Assert.True(run.ExitCode is 0 or 3, run.ToString());
    }

    [Theory]
    [InlineData("fp8", "--calibration")]
    [InlineData("fp9", "fp8-dynamic")]
    public async Task What_the_command_line_lacks_is_said_and_nothing_is_begun(string format, string said)
    {
        var result = await cli.RunAsync("quantize", "--from", Checkout.DemoModel, "--to", To, "--format", format);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(To));
    }

    [Fact]
    public async Task A_data_file_without_a_prompt_column_names_the_columns_it_has()
    {
        _job.WriteLines(["""{"subject":"a","remark":"b"}"""]);

        var result = await cli.RunAsync(
            "quantize", "--from", Checkout.DemoModel, "--to", To, "--format", "fp8", "--calibration", _job.Input);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("subject, remark", result.Error, StringComparison.Ordinal);
        Assert.Contains("--column", result.Error, StringComparison.Ordinal);
    }

    private static int? Number(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) ? value.GetInt32() : null;
}
