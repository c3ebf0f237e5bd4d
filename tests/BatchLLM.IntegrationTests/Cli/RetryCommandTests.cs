using System.Text.Json;
using System.Text.Json.Nodes;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>
/// <c>batchllm retry</c> by the real executable, killed where it hurts: a row lacks its text when the job runs and has it when it is
/// retried, and a row beside it is another by then, which nobody is to notice.
/// </summary>
public sealed class RetryCommandTests(CliFixture cli) : IClassFixture<CliFixture>
{
    private const int Rows = 30;
    private const int Mended = 12;
    private const int Broken = 25;

    [Theory]
    [InlineData(CrashWindow.ShardsLeased)]
    [InlineData(CrashWindow.PartWritten)]
    [InlineData(CrashWindow.ShardCommitted)]
    [InlineData(CrashWindow.SomePartsPublished)]
    [InlineData(CrashWindow.ReceiptWritten)]
    public async Task Killed_in_a_crash_window_then_resumed_only_failed_rows_are_others(CrashWindow window)
    {
        var job = await RunAsync(isIncremental: window == CrashWindow.PartWritten);
        var before = Lines(job);
        Mend(job);

        var killed = await cli.RunAsync(
            new Dictionary<string, string> { ["BATCHLLM_TEST_KILL_AT"] = $"{window}" }, "retry", job.Name, "--error", "missing_column");
        Assert.True(killed.ExitCode == CliResult.Killed, killed.ToString());
        var resumed = await cli.RunAsync("resume", job.Name);

        Assert.True(resumed.ExitCode == 3, resumed.ToString());
        OutputCheck.IsWhole(job);
        Assert.Equal([Mended], before.Zip(Lines(job)).Index().Where(row => row.Item.First != row.Item.Second).Select(row => row.Index));
        Assert.Contains("printer number 12", job.Records[Mended].GetProperty("completion").GetString(), StringComparison.Ordinal);
        Assert.Equal((1, 1L), (job.Receipt.GetProperty("retries").GetInt32(), job.Receipt.GetProperty("rows").GetProperty("failed").GetInt64()));
        Assert.Contains($"\"row\":{Broken + 1}", Assert.Single(File.ReadAllLines(Path.Combine(job.Output, "errors.jsonl"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_incremental_job_s_hashes_are_those_of_its_rows_and_the_next_run_takes_over_all_that_did_not_fail()
    {
        var job = await RunAsync(isIncremental: true);
        Mend(job);
        var retried = await cli.RunAsync("retry", job.Name, "--json");
        Assert.True(retried.ExitCode == 3, retried.ToString());
        Assert.Equal(Rows - 1, JsonDocument.Parse(retried.Output).RootElement.GetProperty("rows").GetProperty("ok").GetInt32());

        var again = await cli.RunAsync("run", job.Save(), "--again");

        Assert.True(again.ExitCode == 3, again.ToString());
        Assert.Equal(Rows - 2, job.Receipt.GetProperty("reused_rows").GetInt64()); // one is another by now, one fails
    }

    [Fact]
    public async Task What_cannot_be_retried_is_a_mistake_of_use()
    {
        var job = await RunAsync(isIncremental: false);

        var other = await cli.RunAsync("retry", job.Name, "--error", "engine_error");
        var unknown = await cli.RunAsync("retry", "999999");

        Assert.Equal((2, 2), (other.ExitCode, unknown.ExitCode));
        Assert.Contains("has no row that failed with 'engine_error', of 2 that failed", other.Error, StringComparison.Ordinal);
    }

    private async Task<TicketJob> RunAsync(bool isIncremental)
    {
        var job = new TicketJob(cli.DataDirectory, Rows);
        job.Spec["engine"] = "echo";
        job.Spec["prompt"] = new JsonObject { ["text"] = "{{body}}" };
        job.Spec["sampling"]!["max_tokens"] = 100;
        job.Spec["incremental"] = isIncremental;
        job.WriteLines([.. Enumerable.Range(0, Rows).Select(row => row switch
        {
            Mended => TicketJob.Line(row).Replace("\"body\"", "\"bodi\"", StringComparison.Ordinal),
            Broken => TicketJob.Line(row).Replace("\"Our", "\"\",\"b\":\"", StringComparison.Ordinal), // an empty prompt
            _ => TicketJob.Line(row),
        })]);
        var result = await cli.RunAsync("run", job.Save());
        Assert.True(result.ExitCode == 3, result.ToString());
        return job;
    }

    // As long as before and as old: the input that the job knows.
    private static void Mend(TicketJob job)
    {
        var time = File.GetLastWriteTimeUtc(job.Input);
        File.WriteAllText(job.Input, File.ReadAllText(job.Input)
            .Replace("bodi", "body", StringComparison.Ordinal)
            .Replace("printer number 13", "scanner number 13", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(job.Input, time);
    }

    private static List<string> Lines(TicketJob job) => [.. job.Parts.SelectMany(part => File.ReadLines(Path.Combine(job.Output, part)))];
}
