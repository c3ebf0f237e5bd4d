using System.Text.Json.Nodes;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>Jobs that take over the answers of the run before.</summary>
public sealed class IncrementalTests(CliFixture cli) : IClassFixture<CliFixture>
{
    private const int Rows = 40;

    [Theory]
    [InlineData(CrashWindow.ShardCommitted)]
    [InlineData(CrashWindow.SomePartsPublished)]
    public async Task Only_new_and_changed_rows_are_run_and_the_output_holds_all_though_it_is_killed(CrashWindow killAt)
    {
        var job = await RunFirstAsync();
        var tampered = Tamper(job);
        var lines = Enumerable.Range(1, Rows - 1).Reverse().Select(TicketJob.Line).ToList(); // one is gone, and all have moved
        lines[3] = lines[3].Replace("printer", "scanner", StringComparison.Ordinal);
        lines.Add(TicketJob.Line(1000));
        job.WriteLines(lines);

        var killed = await cli.RunAsync(new Dictionary<string, string> { ["BATCHLLM_TEST_KILL_AT"] = $"{killAt}" }, "run", job.Save());
        var resumed = await cli.RunAsync("resume", job.Name);

        Assert.True(killed.ExitCode == CliResult.Killed && resumed.ExitCode == 0, $"{killed} {resumed}");
        OutputCheck.IsWhole(job);
        Assert.Equal(Rows - 2, job.Receipt.GetProperty("reused_rows").GetInt64());
        Assert.Equal(tampered, Completion(job, "T-00007"));
        Assert.Equal("Our scanner number 36 is on fire since Monday.", Completion(job, "T-00036"));
        Assert.Equal("Our printer number 1000 is on fire since Monday.", Completion(job, "T-01000"));
        Assert.Equal(
            job.Parts.Select(part => $"_{Path.GetFileNameWithoutExtension(part)}.hashes"),
            Directory.EnumerateFiles(job.Output, "_*").Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Where_the_sampling_is_another_every_row_is_run_and_the_last_plain_run_leaves_no_hashes()
    {
        var job = await RunFirstAsync();
        job.Spec["sampling"]!["max_tokens"] = 99;

        var changed = await cli.RunAsync("run", job.Save());
        var reused = job.Receipt.TryGetProperty("reused_rows", out _);
        job.Spec["incremental"] = false;
        var plain = await cli.RunAsync("run", job.Save());

        Assert.True(changed.ExitCode == 0 && plain.ExitCode == 0, $"{changed} {plain}");
        Assert.False(reused);
        Assert.Empty(Directory.EnumerateFiles(job.Output, "_*"));
        OutputCheck.IsWhole(job);
    }

    private async Task<TicketJob> RunFirstAsync()
    {
        var job = new TicketJob(cli.DataDirectory, Rows);
        job.Spec["engine"] = "echo";
        job.Spec["prompt"] = new JsonObject { ["text"] = "{{body}}" };
        job.Spec["sampling"]!["max_tokens"] = 100;
        job.Spec["incremental"] = true;
        var result = await cli.RunAsync("run", job.Save());
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.True(job.Receipt.GetProperty("row_hashes").GetBoolean());
        Assert.False(job.Receipt.TryGetProperty("reused_rows", out _));
        return job;
    }

    // An answer that no engine would give: whoever has it has copied it.
    private static string Tamper(TicketJob job)
    {
        var part = Path.Combine(job.Output, "part-000000.jsonl");
        File.WriteAllText(part, File.ReadAllText(part).Replace("printer number 7 ", "PRINTER NUMBER 7 ", StringComparison.Ordinal));
        return "Our PRINTER NUMBER 7 is on fire since Monday.";
    }

    private static string? Completion(TicketJob job, string id) =>
        job.Records.Single(record => record.GetProperty("ticket_id").GetString() == id).GetProperty("completion").GetString();
}
