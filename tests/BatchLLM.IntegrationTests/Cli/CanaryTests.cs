using System.Text.Json;
using System.Text.Json.Nodes;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>Jobs that run some rows first, by the real executable.</summary>
public sealed class CanaryTests(CliFixture cli) : IClassFixture<CliFixture>
{
    private const int Rows = 60;
    private const int Failing = 5;

    [Fact]
    public async Task A_canary_waits_for_approval_though_it_is_killed_and_its_rows_are_not_computed_twice()
    {
        var job = Job(new JsonObject { ["rows"] = 12 });
        var killed = await cli.RunAsync(
            new Dictionary<string, string> { ["BATCHLLM_TEST_KILL_AT"] = $"{CrashWindow.CanaryWritten}" }, "run", job.Save());
        var waiting = await cli.RunAsync("run", job.Save(), "--json");
        Assert.True(killed.ExitCode == CliResult.Killed && waiting.ExitCode == 4, $"{killed} {waiting}");
        var summary = JsonDocument.Parse(waiting.Output).RootElement;
        Assert.StartsWith("canary: 12 rows ran, ", summary.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal((12, 0), (summary.GetProperty("canary").GetProperty("rows").GetInt32(), summary.GetProperty("rows").GetProperty("ok").GetInt32()));
        var sampled = Sampled(job);
        Assert.InRange(sampled.Count, 12 - Failing, 12);

        // Whoever computes a row from now on gets another answer.
        var time = File.GetLastWriteTimeUtc(job.Input);
        File.WriteAllText(job.Input, File.ReadAllText(job.Input).Replace("printer", "scanner", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(job.Input, time);
        var refused = await cli.RunAsync("resume", job.Name);
        var twice = await cli.RunAsync("run", job.Save());
        var approved = await cli.RunAsync("approve", job.Name);

        Assert.Equal((2, 2, 3), (refused.ExitCode, twice.ExitCode, approved.ExitCode));
        Assert.Contains("batchllm approve", refused.Error, StringComparison.Ordinal);
        OutputCheck.IsWhole(job);
        Assert.Equal(sampled, job.Records.Where(IsOf("printer")).Select(Id).ToHashSet());
        Assert.Equal(Rows - Failing - sampled.Count, job.Records.Count(IsOf("scanner")));
        Assert.False(File.Exists(CanaryOf(job)));
        Assert.Equal(2, (await cli.RunAsync("approve", job.Name)).ExitCode);
    }

    [Theory]
    [InlineData("100%", 3)]
    [InlineData("0%", 4)]
    public async Task A_gate_lets_the_job_go_on_or_says_why_it_waits(string maxFailed, int exitCode)
    {
        var job = Job(new JsonObject { ["rows"] = Rows, ["max_failed"] = maxFailed });

        var run = await cli.RunAsync("run", job.Save(), "--json");

        Assert.True(run.ExitCode == exitCode, run.ToString());
        var canary = JsonDocument.Parse(run.Output).RootElement.GetProperty("canary");
        Assert.Equal(Failing, canary.GetProperty("errors").GetProperty("missing_column").GetInt32());
        if (exitCode == 4)
        {
            Assert.Contains($"{Failing} of {Rows} rows failed, the job allows 0 %", run.Output, StringComparison.Ordinal);
            var cancelled = await cli.RunAsync("cancel", job.Name);
            Assert.True(cancelled.ExitCode == 0 && !File.Exists(CanaryOf(job)), cancelled.ToString());
            Assert.Equal(Rows, job.Receipt.GetProperty("rows").GetProperty("skipped").GetInt32());
            return;
        }

        OutputCheck.IsWhole(job);
        Assert.Equal(Failing, job.Receipt.GetProperty("rows").GetProperty("failed").GetInt32());
    }

    private TicketJob Job(JsonObject canary)
    {
        var job = new TicketJob(cli.DataDirectory, Rows);
        job.Spec["engine"] = "echo";
        job.Spec["prompt"] = new JsonObject { ["text"] = "{{body}}" };
        job.Spec["sampling"]!["max_tokens"] = 100;
        job.Spec["canary"] = canary;
        job.WriteLines([.. Enumerable.Range(0, Rows).Select(row => row % 12 == 3
            ? TicketJob.Line(row).Replace("\"body\"", "\"bodi\"", StringComparison.Ordinal)
            : TicketJob.Line(row))]);
        return job;
    }

    private static string CanaryOf(TicketJob job) =>
        Directory.EnumerateFiles(job.Output, "_attempt-*-canary.jsonl").SingleOrDefault() ?? Path.Combine(job.Output, "none");

    private static HashSet<string?> Sampled(TicketJob job)
    {
        var rows = File.ReadLines(CanaryOf(job)).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.All(rows.Where(row => row.GetProperty("error").ValueKind == JsonValueKind.Null), row => Assert.True(IsOf("printer")(row)));
        return [.. rows.Where(IsOf("printer")).Select(row => row.GetProperty("id").GetString())];
    }

    private static string? Id(JsonElement row) => row.GetProperty("ticket_id").GetString();

    private static Func<JsonElement, bool> IsOf(string word) =>
        row => row.GetProperty("completion").GetString()?.Contains(word, StringComparison.Ordinal) == true;
}
