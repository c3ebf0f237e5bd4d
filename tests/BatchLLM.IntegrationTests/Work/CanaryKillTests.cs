using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchLLM.IntegrationTests.Cli;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Work;

/// <summary>Worker processes that are killed at every moment of a job's canary: each row once, and those of the canary as they ran.</summary>
public sealed class CanaryKillTests(CliFixture cli, TestCluster cluster) : IClassFixture<CliFixture>, IAsyncLifetime
{
    private const int Rows = 120;
    private const int CanaryRows = 30;

    private QueueBench? _bench;

    private QueueBench Bench => _bench ?? throw new InvalidOperationException("Not started.");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await QueueBench.OpenAsync(cluster);

    public ValueTask DisposeAsync() => Bench.DisposeAsync();

    [Fact]
    public async Task Killed_before_while_and_after_it_waits_for_approval_a_job_has_each_row_once_and_its_canary_as_it_ran()
    {
        var job = Job(new JsonObject { ["rows"] = CanaryRows });
        var submitted = await Bench.SubmitAsync(job);
        await KillAtAsync(CrashWindow.CanaryHalfRun);
        Assert.Null((await Bench.GetAsync(submitted)).Canary);
        await KillAtAsync(CrashWindow.CanaryWritten);
        Assert.Null((await Bench.GetAsync(submitted)).Canary);
        await KillAtAsync(CrashWindow.CanaryRecorded);
        var canary = CanaryOf(job);
        await WaitsAsync(submitted);
        await KillIdleAsync();
        await WaitsAsync(submitted);

        // Whoever computes a row from now on gets another answer.
        Replace(job.Input, "printer", "scanner");
        Assert.True(await Bench.Store.ApproveAsync(submitted.Id, Token));
        await KillAtAsync(CrashWindow.ShardsLeased);
        await KillAtAsync(CrashWindow.ShardCommitted);
        await EndAsync();

        await IsWholeAsync(job, submitted);
        Assert.Equal(CanaryRows, canary.Count);
        Assert.Equal(canary, [.. job.Records.Where(Says("printer")).Select(Id)]);
        Assert.Equal(Rows - CanaryRows, job.Records.Count(Says("scanner")));
    }

    [Fact]
    public async Task Killed_as_a_gate_lets_it_go_on_a_job_goes_on_without_anybodys_approval()
    {
        var job = Job(new JsonObject { ["rows"] = CanaryRows, ["max_failed"] = "0%" });
        var submitted = await Bench.SubmitAsync(job);
        await KillAtAsync(CrashWindow.CanaryRecorded);
        var recorded = await Bench.GetAsync(submitted);
        await EndAsync();

        Assert.Equal((JobState.Running, 0), (recorded.State, recorded.CommittedShards));
        await IsWholeAsync(job, submitted);
    }

    private async Task KillAtAsync(CrashWindow window)
    {
        await using var victim = new WorkerProcess(cli, Bench.Address, killAt: window.ToString());
        var ended = await victim.Ended;
        Assert.True(ended.ExitCode == CliResult.Killed, $"{window}: {ended}");
    }

    private async Task KillIdleAsync()
    {
        await using var idle = new WorkerProcess(cli, Bench.Address);
        await idle.ReadyAsync(Bench);
        idle.Kill();
        Assert.Equal(CliResult.Killed, (await idle.Ended).ExitCode);
    }

    private async Task EndAsync()
    {
        await using var worker = new WorkerProcess(cli, Bench.Address);
        await Bench.AllEndedAsync();
        Assert.Equal(0, (await worker.DrainAsync()).ExitCode);
    }

    private async Task WaitsAsync(Job job)
    {
        var waiting = await Bench.GetAsync(job);
        Assert.True(waiting is { State: JobState.Paused, WaitsForApproval: true }, $"{waiting.State}: {waiting.Reason}");
        Assert.Equal((CanaryRows, 0L), (waiting.Canary!.Rows, waiting.Counts.Done));
        Assert.NotNull(waiting.Canary.EstimatedCompletionTokensRange);
    }

    private async Task IsWholeAsync(TicketJob job, Job submitted)
    {
        var over = await Bench.GetAsync(submitted);
        Assert.True(over.State == JobState.Completed, $"{over.State}: {over.Reason}");
        OutputCheck.IsWhole(job);
        Assert.Equal(Rows, job.Receipt.GetProperty("rows").GetProperty("in").GetInt64());
        Assert.Equal(over.ReceiptSha256, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(job.Output, "receipt.json"), Token))));
        Assert.Empty(Directory.EnumerateFiles(job.Output, "_attempt-*"));
        Assert.Empty(await Bench.QueryAsync<long>("select job_id from batchllm.shards where leased_until is not null"));
    }

    private TicketJob Job(JsonObject canary)
    {
        var job = new TicketJob(cli.DataDirectory, Rows);
        job.Spec["prompt"] = new JsonObject { ["text"] = "{{body}}" };
        job.Spec["sampling"]!["max_tokens"] = 100;
        job.Spec["canary"] = canary;
        return job;
    }

    private static void Replace(string path, string text, string by)
    {
        var time = File.GetLastWriteTimeUtc(path);
        File.WriteAllText(path, File.ReadAllText(path).Replace(text, by, StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(path, time);
    }

    private static HashSet<string?> CanaryOf(TicketJob job) => File.ReadLines(Directory.EnumerateFiles(job.Output, "_attempt-*-canary.jsonl").Single())
        .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()).ToHashSet();

    private static string? Id(JsonElement row) => row.GetProperty("ticket_id").GetString();

    private static Func<JsonElement, bool> Says(string word) =>
        row => row.GetProperty("completion").GetString()!.Contains(word, StringComparison.Ordinal);
}
