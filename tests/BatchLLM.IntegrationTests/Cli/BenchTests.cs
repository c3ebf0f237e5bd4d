using System.Text.Json;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary><c>batchllm bench</c> as a user runs it.</summary>
public sealed class BenchTests(CliFixture cli) : IClassFixture<CliFixture>
{
    [Theory]
    [InlineData("bf16", "bf16")]
    [InlineData("int8", "w8a8-int8")]
    public async Task Measures_every_combination_and_writes_what_it_prints(string precision, string numerics)
    {
        var report = Path.Combine(cli.DataDirectory, $"{precision}.json");

        var result = await cli.RunAsync(
            "bench", "--shape", "tiny", "--precision", precision, "--prompt", "8,24", "--output", "4", "--batch", "1,3",
            "--report", report, "--json");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(result.Output.Trim(), (await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken)).Trim());
        Assert.Equal(numerics, result.Json.GetProperty("numerics").GetString());
        Assert.Equal(4_196_608, result.Json.GetProperty("parameters").GetInt64());
        var results = result.Json.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal([(8, 1), (8, 3), (24, 1), (24, 3)], results.Select(r => (Count(r, "prompt"), Count(r, "batch"))));
        Assert.All(results, Check);
    }

    [Fact]
    public async Task Shared_prefixes_are_measured_mixed_only()
    {
        var result = await cli.RunAsync(
            "bench", "--shape", "tiny", "--prompt", "80", "--output", "4", "--batch", "4", "--shared", "64", "--group", "2", "--json");

        Assert.True(result.ExitCode == 0, result.ToString());
        var only = result.Json.GetProperty("results").EnumerateArray().Single();
        Assert.False(only.TryGetProperty("prompts", out _));
        Assert.True(only.GetProperty("mixed").GetProperty("tokens_per_second").GetDouble() > 0);
    }

    [Fact]
    public async Task Instructions_can_be_chosen_below_the_machines()
    {
        var result = await cli.RunAsync(
            "bench", "--shape", "tiny", "--prompt", "8", "--output", "2", "--batch", "2", "--instructions", "portable", "--json");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal("portable", result.Json.GetProperty("instructions").GetString());
    }

    [Fact]
    public async Task A_config_file_gives_a_shape_of_its_own()
    {
        var config = Path.Combine(Checkout.DemoModel, "config.json");

        var result = await cli.RunAsync("bench", "--shape", config, "--prompt", "8", "--output", "2", "--batch", "2");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("Limits, measured just before", result.Output, StringComparison.Ordinal);
        Assert.Contains("8/2 x 2", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--shape huge: expected one of tiny, llama-3.2-1b, llama-3.1-8b", "--shape", "huge")]
    [InlineData("--precision int3: expected one of bf16", "--precision", "int3")]
    [InlineData("--numerics w8a8-int8: bf16 computes bf16", "--numerics", "w8a8-int8")]
    [InlineData("'12x' is no count", "--prompt", "8,12x")]
    [InlineData("'0' is no count", "--batch", "0")]
    [InlineData("131073 positions", "--prompt", "131072", "--output", "1")]
    [InlineData("--shared 8: expected 0 to 7", "--prompt", "8", "--shared", "8")]
    [InlineData("--group 2: expected --shared", "--group", "2")]
    [InlineData("--threads 0: expected 1 or more", "--threads", "0")]
    [InlineData("--instructions sse9: this machine has portable", "--instructions", "sse9")]
    [InlineData("there is no such directory", "--report", "nowhere/report.json")]
    public async Task What_is_wrong_on_the_command_line_is_said_and_nothing_is_begun(string said, params string[] arguments)
    {
        string[] shape = arguments[0] == "--shape" ? [] : ["--shape", "tiny"];

        var result = await cli.RunAsync(["bench", .. shape, .. arguments]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_memory_than_there_is_is_refused_before_it_is_allocated()
    {
        var result = await cli.RunAsync("bench", "--shape", "llama-3.1-8b", "--precision", "f32", "--prompt", "100000", "--batch", "2000");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("llama-3.1-8b in f32 needs", result.Error, StringComparison.Ordinal);
        Assert.Contains("are free", result.Error, StringComparison.Ordinal);
    }

    private static void Check(JsonElement result)
    {
        var (prompts, outputs, mixed) = (result.GetProperty("prompts"), result.GetProperty("outputs"), result.GetProperty("mixed"));
        var batch = Count(result, "batch");
        Assert.Equal(Count(result, "prompt") * batch, prompts.GetProperty("tokens").GetInt32());
        Assert.Equal(4 * batch, outputs.GetProperty("tokens").GetInt32());
        Assert.Equal(4, outputs.GetProperty("steps").GetInt32());
        Assert.Equal((Count(result, "prompt") + 4) * batch, mixed.GetProperty("tokens").GetInt32());
        Assert.True(result.GetProperty("resident_bytes").GetInt64() > 0);
        foreach (var phase in new[] { prompts, outputs, mixed })
        {
            var seconds = phase.GetProperty("seconds").GetDouble();
            Assert.InRange(phase.GetProperty("processor_seconds").GetDouble(), 1e-6, (seconds * Environment.ProcessorCount) + 0.1);

            // Of what the machine gave when it was measured, which is less when others use it: a share may come out above 1.
            Assert.InRange(phase.GetProperty("arithmetic_share").GetDouble(), 1e-6, 50);
            Assert.InRange(phase.GetProperty("bandwidth_share").GetDouble(), 1e-6, 50);
            Assert.Equal(seconds, phase.GetProperty("seconds_by_part").EnumerateObject().Sum(p => p.Value.GetDouble()), 1e-9);
        }
    }

    private static int Count(JsonElement result, string name) => result.GetProperty("combination").GetProperty(name).GetInt32();
}
