using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>The compare command as a user types it.</summary>
public sealed class CompareTests(CliFixture cli) : IClassFixture<CliFixture>
{
    private static readonly string HeldOut = Path.Combine(Checkout.Root, "jobs", "demo", "heldout", "tickets.jsonl");
    private static readonly string DemoJob = Path.Combine(Checkout.Root, "jobs", "demo", "tickets.job.json");

    [Fact]
    public async Task A_model_against_itself_agrees_exactly_and_needs_no_database()
    {
        var result = await cli.RunAsync(
            new Dictionary<string, string> { ["BATCHLLM_DATABASE"] = "Host=nowhere.invalid" },
            "compare", Checkout.DemoModel, Checkout.DemoModel, "--prompts", new TicketJob(cli.DataDirectory).Save(), "--json");

        Assert.True(result.ExitCode == 0, result.ToString());
        var agreement = result.Json.GetProperty("agreement");
        Assert.All(
            new[] { "identical_rows", "equal_tokens", "rouge_l", "forced_top1" },
            name => Assert.Equal(1, agreement.GetProperty(name).GetDouble()));
        Assert.Equal((0, 0), (agreement.GetProperty("kl_mean").GetDouble(), agreement.GetProperty("kl_max").GetDouble()));
        Assert.Equal(0, agreement.GetProperty("diverged_rows").GetInt32());
        Assert.False(agreement.TryGetProperty("first_divergence_mean", out _));
        Assert.Equal(40, result.Json.GetProperty("rows").GetProperty("compared").GetInt64());
    }

    [Fact]
    public async Task Another_model_on_rows_with_an_expected_column_shows_both_accuracies()
    {
        var coarse = CopyModel(CoarsenWeights);

        var result = await cli.RunAsync(
            "compare", Checkout.DemoModel, coarse, "--prompts", DemoJob, "--input", HeldOut, "--expected", "expected",
            "--rows", "30", "--json");

        Assert.True(result.ExitCode == 0, result.ToString());
        var (a, b) = (result.Json.GetProperty("a"), result.Json.GetProperty("b"));
        Assert.InRange(a.GetProperty("accuracy").GetProperty("exact_match").GetDouble(), 0.9, 1);
        Assert.InRange(b.GetProperty("accuracy").GetProperty("rouge_l").GetDouble(), 0, 0.9);
        Assert.Equal((Checkout.DemoModel, coarse), (a.GetProperty("model").GetString(), b.GetProperty("model").GetString()));
        foreach (var model in new[] { a, b })
        {
            Assert.Equal(("bf16", "bf16"), (model.GetProperty("numerics").GetString(), model.GetProperty("kv_cache").GetString()));
            Assert.Equal(WeightFile(Checkout.DemoModel).Length, model.GetProperty("disk_bytes").GetInt64());
            Assert.InRange(model.GetProperty("memory_bytes").GetInt64(), 1, long.MaxValue);
            Assert.True(model.GetProperty("tokens_per_second").GetDouble() > 0);
        }

        var agreement = result.Json.GetProperty("agreement");
        Assert.True(agreement.GetProperty("kl_mean").GetDouble() > 0);
        Assert.True(agreement.GetProperty("identical_rows").GetDouble() < 1);
        Assert.Equal(30, result.Json.GetProperty("rows").GetProperty("in").GetInt64());
    }

    [Fact]
    public async Task Bad_rows_are_skipped_and_counted_and_no_text_is_shown()
    {
        var job = new TicketJob(cli.DataDirectory, rows: 10);
        job.WriteLines(
        [
            TicketJob.Line(1), "{ not json", """{"ticket_id":"x","body":null}""", """{"ticket_id":"T-00001","body":"again"}""",
            TicketJob.Line(2),
        ]);

        var text = await cli.RunAsync("compare", Checkout.DemoModel, Checkout.DemoModel, "--prompts", job.Save());
        var json = await cli.RunAsync("compare", Checkout.DemoModel, Checkout.DemoModel, "--prompts", job.Save(), "--json");

        Assert.Equal((0, 0), (text.ExitCode, json.ExitCode));
        Assert.Contains("2 of 5 rows compared", text.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("printer", text + json.ToString(), StringComparison.Ordinal);
        var rows = json.Json.GetProperty("rows");
        Assert.Equal(3, rows.GetProperty("skipped").GetInt64());
        Assert.Equal(
            ["duplicate_id", "empty_prompt", "invalid_json"],
            rows.GetProperty("reasons").EnumerateObject().Select(reason => reason.Name));
    }

    [Fact]
    public async Task A_data_files_column_is_taken_as_raw_prompts()
    {
        var result = await cli.RunAsync(
            "compare", Checkout.DemoModel, Checkout.DemoModel, "--prompts", HeldOut, "--column", "body", "--rows", "3",
            "--max-tokens", "4", "--json");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(3, result.Json.GetProperty("rows").GetProperty("compared").GetInt64());
        Assert.InRange(result.Json.GetProperty("agreement").GetProperty("forced_positions").GetInt64(), 3, 12);
    }

    [Fact]
    public async Task Models_whose_tokens_differ_are_refused()
    {
        var other = CopyModel(SwapTwoTokens);

        var result = await cli.RunAsync("compare", Checkout.DemoModel, other, "--prompts", DemoJob);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith(
            $"{Checkout.DemoModel} and {other} have different vocabularies: token ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expected_column_that_no_row_has_is_refused()
    {
        var result = await cli.RunAsync(
            "compare", Checkout.DemoModel, Checkout.DemoModel, "--prompts", DemoJob, "--expected", "nothing", "--rows", "5");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("(missing_column: 5)", result.Error, StringComparison.Ordinal);
        Assert.Contains("a value in column 'nothing'", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--rows is 0", "--rows", "0")]
    [InlineData("--max-tokens is -1", "--max-tokens", "-1")]
    [InlineData("--column is for data files", "--column", "body")]
    [InlineData("There are no numerics 'fp7'", "--numerics-a", "fp7")]
    [InlineData("computes bf16; the command line asks for w4a16", "--numerics-b", "w4a16")]
    public async Task A_wrong_command_line_starts_nothing(string expected, params string[] options)
    {
        var result = await cli.RunAsync(
            ["compare", Checkout.DemoModel, Checkout.DemoModel, "--prompts", DemoJob, .. options]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inputs_belong_to_a_job_file()
    {
        var result = await cli.RunAsync(
            "compare", Checkout.DemoModel, Checkout.DemoModel, "--prompts", HeldOut, "--input", HeldOut);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--input replaces the inputs of a job file", result.Error, StringComparison.Ordinal);
    }

    private static FileInfo WeightFile(string model) => new(Path.Combine(model, "model.safetensors"));

    /// <summary>Leaves BF16 weights their sign and exponent: a model of its own that still speaks.</summary>
    private static void CoarsenWeights(string model)
    {
        var path = WeightFile(model).FullName;
        var bytes = File.ReadAllBytes(path);
        var data = bytes.AsSpan(8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        for (var i = 0; i < data.Length; i += 2)
        {
            data[i] &= 0x80;
        }

        File.WriteAllBytes(path, bytes);
    }

    private static void SwapTwoTokens(string model)
    {
        var path = Path.Combine(model, "tokenizer.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        var vocabulary = json["model"]!["vocab"]!.AsObject();
        var (x, y) = ((int)vocabulary["x"]!, (int)vocabulary["y"]!);
        (vocabulary["x"], vocabulary["y"]) = (y, x);
        File.WriteAllText(path, json.ToJsonString(JsonSerializerOptions.Default));
    }

    private string CopyModel(Action<string> change)
    {
        var copy = Directory.CreateDirectory(Path.Combine(cli.DataDirectory, $"model-{Guid.NewGuid():N}")).FullName;
        foreach (var file in Directory.EnumerateFiles(Checkout.DemoModel))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        change(copy);
        return copy;
    }
}
