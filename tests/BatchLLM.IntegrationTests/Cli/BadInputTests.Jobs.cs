using System.Text.Json.Nodes;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

public sealed partial class BadInputTests
{
    [Theory]
    [InlineData("out*")]
    [InlineData("out/2026-??")]
    [InlineData("s3://bucket/out-*")]
    public async Task An_output_with_a_wildcard(string output)
    {
        var job = NewJob();
        job.Spec["output"]!["uri"] = output;

        await FailsAsync(job, 2, "output.uri", "wildcard", "%2A");
    }

    [Fact]
    public async Task A_placeholder_without_a_column()
    {
        var job = NewJob();
        job.WriteLines([TicketJob.Line(0), """{"ticket_id": "X"}""", TicketJob.Line(2)]);

        await OneRowFailsAsync(job, row: 2, line: 2, "missing_column");
    }

    [Theory]
    [InlineData("0", "max_tokens")]
    [InlineData("-1", "max_tokens")]
    [InlineData("2.5", "max_tokens")]
    [InlineData("99999999999", "max_tokens")]
    public async Task A_max_tokens_outside_its_range(string value, string expected)
    {
        var job = NewJob();
        job.Spec["sampling"]!["max_tokens"] = JsonNode.Parse(value);

        await FailsAsync(job, 2, expected, value);
    }

    [Fact]
    public async Task A_max_tokens_larger_than_the_context()
    {
        var job = NewJob();
        job.Spec["sampling"]!["max_tokens"] = 100_000;

        var result = await cli.RunAsync("run", job.Save());

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("100000", result.Error + result.Output + Errors(job), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"NaN\"")]
    [InlineData("1e999")]
    [InlineData("-0.1")]
    public async Task A_temperature_that_is_no_temperature(string value)
    {
        var job = NewJob();
        var path = job.Save();
        File.WriteAllText(path, File.ReadAllText(path).Replace(
            "\"max_tokens\":6", $"\"max_tokens\":6,\"temperature\":{value}", StringComparison.Ordinal));

        var result = await cli.RunAsync("run", path);

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("temperature", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_key_is_refused_with_the_nearest_known_one()
    {
        var job = NewJob();
        job.Spec["sampling"]!["max_token"] = 3;

        await FailsAsync(job, 2, "max_token", "max_tokens");
    }

    [Fact]
    public async Task A_job_file_that_is_not_there()
    {
        var result = await cli.RunAsync("run", Path.Combine(cli.DataDirectory, "no-such.json"));

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("no-such.json", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("model.safetensors")]
    public async Task A_model_directory_that_lacks_a_file(string file)
    {
        var job = NewJob();
        CopyModel(job);
        File.Delete(Path.Combine(job.Directory, "model", file));

        await FailsAsync(job, 1, file);
    }

    [Fact]
    public async Task A_model_with_a_tensor_of_the_wrong_shape()
    {
        var job = NewJob();
        CopyModel(job);
        var config = Path.Combine(job.Directory, "model", "config.json");
        var json = JsonNode.Parse(File.ReadAllText(config))!;
        json["intermediate_size"] = (int)json["intermediate_size"]! + 1;
        File.WriteAllText(config, json.ToJsonString());

        await FailsAsync(job, 1, "model.layers.0.mlp", "expected");
    }

    [Fact]
    public async Task A_model_that_lacks_a_tensor()
    {
        var job = NewJob();
        CopyModel(job);
        var config = Path.Combine(job.Directory, "model", "config.json");
        var json = JsonNode.Parse(File.ReadAllText(config))!;
        var layers = (int)json["num_hidden_layers"]!;
        json["num_hidden_layers"] = layers + 1;
        File.WriteAllText(config, json.ToJsonString());

        await FailsAsync(job, 1, $"model.layers.{layers}.");
    }

    [Fact]
    public async Task An_unwritable_output()
    {
        var job = NewJob();
        File.WriteAllText(Path.Combine(job.Directory, "occupied"), "");
        job.Spec["output"]!["uri"] = "occupied/out";

        await FailsAsync(job, 1, "occupied");
    }

    [Fact]
    public async Task An_output_directory_that_holds_another_jobs_results()
    {
        var first = NewJob();
        await cli.RunAsync("run", first.Save());
        var second = NewJob();
        second.Spec["output"]!["uri"] = first.Output;

        await FailsAsync(second, 1, first.Name, "output");
        OutputCheck.IsWhole(first);
    }

    private static void CopyModel(TicketJob job)
    {
        var target = Directory.CreateDirectory(Path.Combine(job.Directory, "model")).FullName;
        foreach (var file in Directory.GetFiles(Checkout.DemoModel))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }

        job.Spec["model"] = "model";
    }
}
