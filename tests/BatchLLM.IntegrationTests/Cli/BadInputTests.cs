using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>Bad input: a clear message, a proper exit code, nothing lost, no stack trace.</summary>
public sealed partial class BadInputTests(CliFixture cli) : IClassFixture<CliFixture>
{
    [Fact]
    public async Task An_empty_file()
    {
        var job = NewJob();
        File.WriteAllBytes(job.Input, []);

        await FailsAsync(job, 1, "tickets.jsonl", "no rows");
    }

    [Fact]
    public async Task A_glob_that_matches_nothing()
    {
        var job = NewJob();
        job.Spec["input"] = "nothing-*.jsonl";

        await FailsAsync(job, 1, "nothing-*.jsonl", "matches no file");
    }

    [Fact]
    public async Task Not_parquet_in_spite_of_its_name()
    {
        var job = NewJob();
        File.Copy(job.Input, Path.Combine(job.Directory, "tickets.parquet"));
        job.Spec["input"] = "tickets.parquet";

        await FailsAsync(job, 1, "tickets.parquet", "PAR1");
    }

    [Fact]
    public async Task A_truncated_parquet_file()
    {
        var job = NewJob();
        var whole = File.ReadAllBytes(Path.Combine(Checkout.Root, "jobs", "demo", "input", "tickets-a.parquet"));
        File.WriteAllBytes(Path.Combine(job.Directory, "cut.parquet"), whole[..(whole.Length / 2)]);
        job.Spec["input"] = "cut.parquet";

        await FailsAsync(job, 1, "cut.parquet");
    }

    [Fact]
    public async Task Invalid_utf8_in_a_row()
    {
        var job = NewJob();
        File.WriteAllBytes(job.Input, [
            .. Encoding.UTF8.GetBytes(TicketJob.Line(0) + "\n"),
            .. "{\"ticket_id\":\"X\",\"body\":\""u8, 0xC3, 0x28, .. "\"}\n"u8,
            .. Encoding.UTF8.GetBytes(TicketJob.Line(2) + "\n")]);

        await OneRowFailsAsync(job, row: 2, line: 2, "invalid_utf8");
    }

    [Fact]
    public async Task Invalid_json_in_a_row()
    {
        var job = NewJob();
        job.WriteLines([TicketJob.Line(0), "", "{\"ticket_id\": \"X\", \"body\": ", TicketJob.Line(2)]);

        await OneRowFailsAsync(job, row: 2, line: 3, "invalid_json");
    }

    [Fact]
    public async Task An_empty_body()
    {
        var job = NewJob();
        job.WriteLines([TicketJob.Line(0), """{"ticket_id": "X", "body": ""}""", TicketJob.Line(2)]);

        await OneRowFailsAsync(job, row: 2, line: 2, "empty_prompt");
    }

    [Fact]
    public async Task Duplicate_ids_across_shards()
    {
        var job = NewJob();
        job.Spec["policies"]!["rows_per_shard"] = 1;
        job.WriteLines([TicketJob.Line(0), TicketJob.Line(1), TicketJob.Line(0)]);

        await OneRowFailsAsync(job, row: 3, line: 3, "duplicate_id");
    }

    [Fact]
    public async Task A_prompt_longer_than_the_context_fails_by_default()
    {
        var job = WithLongRow();

        await OneRowFailsAsync(job, row: 2, line: 2, "prompt_too_long");
    }

    [Theory]
    [InlineData("truncate_head")]
    [InlineData("truncate_tail")]
    [InlineData("truncate_middle")]
    public async Task A_prompt_longer_than_the_context_is_cut_when_the_policy_says_so(string policy)
    {
        var job = WithLongRow();
        job.Spec["policies"]!["overlong_prompt"] = policy;

        var result = await cli.RunAsync("run", job.Save(), "--json");

        Assert.True(result.ExitCode is 0 or 3, result.ToString());
        Assert.Equal(0, result.Json.GetProperty("rows").GetProperty("failed").GetInt64());
        Assert.InRange(job.Records[1].GetProperty("prompt_tokens").GetInt32(), 1000, 1018);
    }

    [Fact]
    public async Task A_per_row_parameter_outside_its_range_fails_that_row()
    {
        var job = NewJob();
        job.Spec["sampling"]!["columns"] = new JsonObject { ["max_tokens"] = "limit" };
        job.WriteLines([TicketJob.Line(0), """{"ticket_id": "X", "body": "hello", "limit": 0}""", TicketJob.Line(2)]);

        await OneRowFailsAsync(job, row: 2, line: 2, "invalid_parameter");
    }

    [Fact]
    public async Task The_error_budget_pauses_the_job_and_a_larger_one_finishes_it()
    {
        var job = NewJob();
        job.WriteLines([TicketJob.Line(0), "nonsense", "more nonsense", TicketJob.Line(3)]);
        job.Spec["policies"]!["rows_per_shard"] = 1;
        job.Spec["policies"]!["error_budget"] = 1;

        var paused = await cli.RunAsync("run", job.Save(), "--json");
        var resumed = await cli.RunAsync("resume", job.Name, "--error-budget", "2", "--json");

        Assert.True(paused.ExitCode == 4, paused.ToString());
        Assert.Contains("error budget", paused.Json.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.True(resumed.ExitCode == 3, resumed.ToString());
        Assert.Equal(2, resumed.Json.GetProperty("rows").GetProperty("failed").GetInt64());
    }

    [Fact]
    public async Task Validate_finds_the_bad_rows_without_running()
    {
        var job = NewJob();
        job.WriteLines([TicketJob.Line(0), "nonsense", """{"ticket_id": "X"}""", TicketJob.Line(0)]);

        var result = await cli.RunAsync("validate", job.Save(), "--json");

        Assert.Equal(3, result.ExitCode);
        Assert.Equal(
            ["duplicate_id", "invalid_json", "missing_column"],
            result.Json.GetProperty("problems").EnumerateArray().Select(item => item.GetProperty("code").GetString()));
        Assert.Equal(
            ["preflight-rows.jsonl", "preflight.json"],
            Directory.EnumerateFiles(job.Output).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private TicketJob NewJob() => new(cli.DataDirectory, rows: 3);

    private TicketJob WithLongRow()
    {
        var job = NewJob();
        var body = string.Join(' ', Enumerable.Range(0, 3000).Select(i => $"word{i}"));
        job.WriteLines([TicketJob.Line(0), JsonSerializer.Serialize(new { ticket_id = "X", body }), TicketJob.Line(2)]);
        return job;
    }

    private static string Errors(TicketJob job)
    {
        var path = Path.Combine(job.Output, "errors.jsonl");
        return File.Exists(path) ? File.ReadAllText(path) : "";
    }

    private async Task FailsAsync(TicketJob job, int exitCode, params string[] says)
    {
        var result = await cli.RunAsync("run", job.Save());

        Assert.True(result.ExitCode == exitCode, result.ToString());
        Assert.All(says, text => Assert.Contains(text, result.Error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Unexpected", result.Error, StringComparison.Ordinal);
    }

    private async Task OneRowFailsAsync(TicketJob job, long row, long line, string code)
    {
        var result = await cli.RunAsync("run", job.Save(), "--json");

        Assert.True(result.ExitCode == 3, result.ToString());
        Assert.Equal(1, result.Json.GetProperty("rows").GetProperty("failed").GetInt64());
        Assert.Equal(2, job.Records.Count(record => record.GetProperty("error").ValueKind == JsonValueKind.Null));
        var error = JsonNode.Parse(Errors(job))!;
        Assert.Equal(code, (string?)error["code"]);
        Assert.Equal(row, (long?)error["row"]);
        Assert.Equal(line, (long?)error["line"]);
        Assert.EndsWith("tickets.jsonl", (string?)error["file"], StringComparison.Ordinal);
        Assert.NotEmpty((string?)error["message"] ?? "");
    }
}
