using System.Text.Json;
using System.Text.Json.Nodes;
using BatchLLM.Parquet;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>The commands as a user types them, on good input.</summary>
public sealed class RunTests(CliFixture cli) : IClassFixture<CliFixture>
{
    [Fact]
    public async Task A_run_writes_every_row_and_a_second_run_says_it_is_complete()
    {
        var job = new TicketJob(cli.DataDirectory);
        var path = job.Save();

        var first = await cli.RunAsync("run", path);
        var second = await cli.RunAsync("run", path);

        Assert.True(first.ExitCode is 0 or 3, first.ToString());
        OutputCheck.IsWhole(job);
        Assert.Contains("40 of 40 rows", first.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[", first.Output, StringComparison.Ordinal); // no terminal
        Assert.Equal(first.ExitCode, second.ExitCode);
        Assert.Contains("already complete", second.Output, StringComparison.Ordinal);
        Assert.Contains("--again", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_again_replaces_the_output_with_the_same_bytes()
    {
        var job = new TicketJob(cli.DataDirectory);
        var path = job.Save();
        await cli.RunAsync("run", path);
        var before = job.Receipt.GetProperty("parts").ToString();

        var again = await cli.RunAsync("run", path, "--again", "--json");

        Assert.True(again.ExitCode is 0 or 3, again.ToString());
        OutputCheck.IsWhole(job);
        Assert.Equal(before, job.Receipt.GetProperty("parts").ToString());
        Assert.False(again.Json.GetProperty("already_complete").GetBoolean());
    }

    [Fact]
    public async Task A_run_again_with_fewer_shards_leaves_no_part_of_the_former_run()
    {
        var job = new TicketJob(cli.DataDirectory, rows: 40, rowsPerShard: 5);
        await cli.RunAsync("run", job.Save());
        job.Spec["policies"]!["rows_per_shard"] = 20;

        var again = await cli.RunAsync("run", job.Save(), "--again");

        Assert.True(again.ExitCode is 0 or 3, again.ToString());
        OutputCheck.IsWhole(job);
        Assert.Equal(job.Parts, Directory.GetFiles(job.Output, "part-*").Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Truncated_rows_are_never_ok_and_the_exit_code_says_so()
    {
        var job = new TicketJob(cli.DataDirectory);
        job.Spec["sampling"]!["max_tokens"] = 1;

        var result = await cli.RunAsync("run", job.Save(), "--json");

        Assert.Equal(3, result.ExitCode);
        Assert.Equal(40, result.Json.GetProperty("rows").GetProperty("truncated").GetInt64());
        Assert.Equal(0, result.Json.GetProperty("rows").GetProperty("ok").GetInt64());
        Assert.All(job.Records, record => Assert.Equal("length", record.GetProperty("finish_reason").GetString()));
    }

    [Fact]
    public async Task Flags_override_the_job_file()
    {
        var job = new TicketJob(cli.DataDirectory);
        var other = Path.Combine(job.Directory, "other.jsonl");
        File.WriteAllLines(other, [TicketJob.Line(7)]);

        var result = await cli.RunAsync(
            "run", job.Save(), "--input", other, "--output", Path.Combine(job.Directory, "elsewhere"),
            "--set", "sampling.max_tokens=2", "--json");

        Assert.True(result.ExitCode is 0 or 3, result.ToString());
        Assert.Equal(1, result.Json.GetProperty("rows").GetProperty("in").GetInt64());
        var record = JsonNode.Parse(File.ReadAllText(Path.Combine(job.Directory, "elsewhere", "part-000000.jsonl")))!;
        Assert.Equal("T-00007", (string?)record["ticket_id"]);
        Assert.InRange((int)record["completion_tokens"]!, 1, 2);
    }

    [Fact]
    public async Task Token_ids_are_written_when_asked_for()
    {
        var job = new TicketJob(cli.DataDirectory);
        job.Spec["output"]!["token_ids"] = true;

        await cli.RunAsync("run", job.Save());

        Assert.All(job.Records, record => Assert.InRange(record.GetProperty("token_ids").GetArrayLength(), 1, 6));
    }

    [Fact]
    public async Task Parquet_output_holds_the_same_completions_as_jsonl()
    {
        var jsonl = new TicketJob(cli.DataDirectory);
        var parquet = new TicketJob(cli.DataDirectory);
        parquet.Spec["output"]!["format"] = "parquet";

        await cli.RunAsync("run", jsonl.Save());
        var result = await cli.RunAsync("run", parquet.Save());

        Assert.True(result.ExitCode is 0 or 3, result.ToString());
        var inspected = await cli.RunAsync("inspect", Path.Combine(parquet.Output, "part-000000.parquet"), "--json");
        Assert.Equal(10, inspected.Json.GetProperty("rows").GetInt64());
        await using var part = File.OpenRead(Path.Combine(parquet.Output, "part-000000.parquet"));
        var notes = (await ParquetReader.OpenAsync(part, "part", TestContext.Current.CancellationToken)).KeyValueMetadata;
        var receipt = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(parquet.Output, "receipt.json"))).RootElement;
        Assert.Equal(
            [
                new("batchllm.job", $"{receipt.GetProperty("job").GetInt64()}"),
                new("batchllm.key", receipt.GetProperty("key").GetString()),
            ],
            notes);
    }

    [Fact]
    public async Task OpenAi_batch_lines_run_as_they_are()
    {
        var job = new TicketJob(cli.DataDirectory);
        job.Spec.Remove("id_column");
        job.Spec["prompt"] = new JsonObject { ["openai_batch"] = true };
        job.WriteLines([
            """{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"messages":[{"role":"user","content":"Hello"}],"max_tokens":2}}""",
            """{"custom_id":"b","method":"POST","url":"/v1/embeddings","body":{"input":"Hello"}}"""]);

        var result = await cli.RunAsync("run", job.Save(), "--json");

        Assert.True(result.ExitCode == 3, result.ToString());
        Assert.Equal(["a", "b"], job.Records.Select(record => record.GetProperty("custom_id").GetString()));
        Assert.InRange(job.Records[0].GetProperty("completion_tokens").GetInt32(), 1, 2);
        Assert.Equal("invalid_request", job.Records[1].GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Seeded_sampling_gives_the_same_completions_again_whatever_the_shards()
    {
        var first = Sampled(rowsPerShard: 10);
        var second = Sampled(rowsPerShard: 7);

        await cli.RunAsync("run", first.Save());
        await cli.RunAsync("run", second.Save());

        Assert.Equal(Completions(first), Completions(second));
        Assert.True(Completions(first).Distinct().Count() > 1);
    }

    [Fact]
    public async Task Carried_columns_keep_the_types_of_a_parquet_input_in_every_part()
    {
        var job = new TicketJob(cli.DataDirectory);
        job.Spec["input"] = Path.Combine(Checkout.Root, "jobs", "demo", "input", "tickets-a.parquet");
        job.Spec["output"] = new JsonObject
        {
            ["uri"] = "out",
            ["format"] = "parquet",
            ["columns"] = new JsonArray("customer", "created_at"),
        };
        job.Spec["policies"]!["rows_per_shard"] = 400;
        job.Spec["sampling"]!["max_tokens"] = 1;

        var result = await cli.RunAsync("run", job.Save());

        Assert.True(result.ExitCode == 3, result.ToString());
        var columns = new List<string>();
        foreach (var part in job.Parts)
        {
            var inspected = await cli.RunAsync("inspect", Path.Combine(job.Output, part), "--json");
            columns.Add(inspected.Json.GetProperty("columns").ToString());
        }

        Assert.Equal(3, columns.Count);
        Assert.Single(columns.Distinct());
    }

    [Fact]
    public async Task Json_output_has_the_counts_of_the_receipt_and_status_shows_the_job_by_number_and_by_name()
    {
        var job = new TicketJob(cli.DataDirectory);
        var run = await cli.RunAsync("run", job.Save(), "--json");
        var id = run.Json.GetProperty("job").GetInt64();
        Assert.Equal(40, run.Json.GetProperty("rows").GetProperty("in").GetInt64());
        Assert.Equal("completed", run.Json.GetProperty("state").GetString());
        Assert.Equal(run.ExitCode, run.Json.GetProperty("exit_code").GetInt32());
        Assert.Equal(
            job.Receipt.GetProperty("rows").GetProperty("truncated").GetInt64(),
            run.Json.GetProperty("rows").GetProperty("truncated").GetInt64());

        var byName = await cli.RunAsync("status", job.Name, "--json");
        var byId = await cli.RunAsync("status", $"{id}", "--json");

        Assert.Equal(id, byName.Json[0].GetProperty("job").GetInt64());
        Assert.Equal(job.Name, byId.Json[0].GetProperty("name").GetString());
        Assert.Equal("completed", byId.Json[0].GetProperty("state").GetString());
    }

    [Fact]
    public async Task Cancelling_publishes_what_is_finished_and_counts_the_rest_as_skipped()
    {
        var job = new TicketJob(cli.DataDirectory);
        await cli.RunAsync(
            new Dictionary<string, string> { ["BATCHLLM_TEST_KILL_AT"] = "ShardCommitted" }, "run", job.Save());

        var cancelled = await cli.RunAsync("cancel", job.Name, "--json");

        Assert.Equal(0, cancelled.ExitCode);
        var rows = job.Receipt.GetProperty("rows");
        Assert.Equal("cancelled", job.Receipt.GetProperty("state").GetString());
        var finished = rows.GetProperty("ok").GetInt64() + rows.GetProperty("truncated").GetInt64();
        Assert.InRange(finished, 10, 40); // shards are committed beside each other, so that more than one may be
        Assert.Equal(40 - finished, rows.GetProperty("skipped").GetInt64());
        Assert.Equal(finished, job.Records.Count);
    }

    [Fact]
    public async Task Two_processes_on_one_job_share_it_and_every_row_stands_once()
    {
        var job = new TicketJob(cli.DataDirectory, rows: 200, rowsPerShard: 5);
        var path = job.Save();

        var results = await Task.WhenAll(cli.RunAsync("run", path), cli.RunAsync("run", path));

        Assert.All(results, result => Assert.True(result.ExitCode is 0 or 3, result.ToString()));
        OutputCheck.IsWhole(job);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("run", "--help")]
    [InlineData("status", "--help")]
    [InlineData("resume", "--help")]
    [InlineData("cancel", "--help")]
    [InlineData("validate", "--help")]
    [InlineData("inspect", "--help")]
    [InlineData("compare", "--help")]
    [InlineData("migrate", "--help")]
    public async Task Help_has_examples(params string[] arguments)
    {
        var result = await cli.RunAsync(arguments);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Examples:", result.Output, StringComparison.Ordinal);
    }

    private TicketJob Sampled(int rowsPerShard)
    {
        var job = new TicketJob(cli.DataDirectory, rowsPerShard: rowsPerShard);
        job.Spec["sampling"] = new JsonObject { ["max_tokens"] = 8, ["temperature"] = 1.5, ["seed"] = 7 };
        return job;
    }

    private static List<string?> Completions(TicketJob job) =>
        [.. job.Records.Select(record => record.GetProperty("completion").GetString())];
}
