using System.Text.Json;
using BatchLLM.Blobs;
using BatchLLM.Blobs.Files;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Jobs;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.IntegrationTests.Pipeline;

/// <summary>Failed rows of a job that is over, computed again: 24 rows in three shards, of which the fourth, the tenth and the twelfth fail.</summary>
public sealed class RetryTests(TestCluster cluster)
{
    private const int Rows = 24;

    public static TheoryData<CrashWindow> PublishingWindows =>
        [CrashWindow.AllCommitted, CrashWindow.SomePartsPublished, CrashWindow.PartsPublished, CrashWindow.ReceiptWritten];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DataFormat.Jsonl)]
    [InlineData(DataFormat.Parquet)]
    public async Task Failed_rows_are_computed_again_and_all_others_stay_as_they_were(DataFormat format)
    {
        await using var bench = await PipelineBench.OpenAsync(cluster, format);
        var job = await CompleteAsync(bench);
        var untouched = File.ReadAllBytes(PartOf(bench, 2));
        bench.Failing.Remove(10);

        Assert.Null(await bench.Store.RetryAsync(job, error: null, Token));
        var (finished, computed) = await RunAsync(bench, job);

        Assert.Equal((JobState.Completed, 1, 3), (finished.State, finished.Retries, finished.CommittedShards));
        Assert.Equal((Rows - 2, 2), (finished.Counts.Ok, finished.Counts.Failed));
        Assert.Equal(1, computed);
        Assert.Equal(Expected(new() { [4] = "slow", [10] = "again", [12] = "lost" }), await RowsAsync(bench));
        Assert.Equal(untouched, File.ReadAllBytes(PartOf(bench, 2)));
        Assert.Equal([2, 2, 1], (await bench.Store.ListCommittedAsync(job.Id, Token)).Select(shard => shard.Epoch));
        Assert.Equal(1, ReceiptBuilder.TryParse(bench.Receipt)!.Retries);
        Assert.Equal([4, 12], ErrorRows(bench));
    }

    [Fact]
    public async Task Where_none_fails_again_no_error_file_stays_and_nothing_is_left_to_retry()
    {
        await using var bench = await PipelineBench.OpenAsync(cluster);
        var job = await CompleteAsync(bench);
        bench.Failing.Clear();

        await bench.Store.RetryAsync(job, error: null, Token);
        var (finished, _) = await RunAsync(bench, job);

        Assert.Equal(["part-000000.jsonl", "part-000001.jsonl", "part-000002.jsonl", "receipt.json"], bench.OutputFiles);
        Assert.Equal($"Job {job.Id} has no failed rows.", await bench.Store.RetryAsync(finished, error: null, Token));
    }

    [Theory]
    [MemberData(nameof(PublishingWindows))]
    public async Task A_retry_of_one_error_that_dies_while_it_publishes_ends_as_if_it_had_not(CrashWindow window)
    {
        await using var bench = await PipelineBench.OpenAsync(cluster);
        var job = await CompleteAsync(bench);
        var errors = File.ReadAllLines(bench.FileOf("errors.jsonl"));
        bench.Failing.Clear(); // what is not retried keeps its error all the same

        await bench.Store.RetryAsync(job, "lost", Token);
        job = await bench.Store.GetAsync(job);
        await Assert.ThrowsAsync<TimeoutException>(
            () => RunAsync(bench, job, reached => _ = reached == window ? throw new TimeoutException() : 0));
        Assert.Equal(window == CrashWindow.AllCommitted || window == CrashWindow.ReceiptWritten, bench.OutputFiles.Contains("receipt.json"));
        Assert.Equal(Rows, (await RowsAsync(bench)).Count);
        var finished = await bench.PublishAsync(job, _ => { });

        Assert.Equal((JobState.Completed, Rows - 1, 1), (finished.State, finished.Counts.Ok, finished.Counts.Failed));
        Assert.Equal(Expected(new() { [4] = "slow", [10] = "again", [12] = "again" }), await RowsAsync(bench));
        Assert.Equal([errors[0]], File.ReadAllLines(bench.FileOf("errors.jsonl")));
        Assert.Equal([1, 2, 1], (await bench.Store.ListCommittedAsync(job.Id, Token)).Select(shard => shard.Epoch));
        Assert.Equal(["errors.jsonl", "part-000000.jsonl", "part-000001.jsonl", "part-000002.jsonl", "receipt.json"], bench.OutputFiles);
    }

    [Fact]
    public async Task A_retry_that_is_cancelled_keeps_what_it_did_and_leaves_the_rest_as_it_was()
    {
        await using var bench = await PipelineBench.OpenAsync(cluster);
        var job = await CompleteAsync(bench);
        bench.Failing.Clear();
        await bench.Store.RetryAsync(job, error: null, Token);
        var running = await bench.Store.GetAsync(job);

        var stopped = await RunAsync(bench, running, before: shard => CancelAsync(bench, job, shard));

        Assert.Equal((JobState.Cancelled, 3, Rows - 2, 2), (stopped.Job.State, stopped.Job.CommittedShards, stopped.Job.Counts.Ok, stopped.Job.Counts.Failed));
        Assert.Equal(Expected(new() { [4] = "again", [10] = "lost", [12] = "lost" }), await RowsAsync(bench));
        Assert.Equal([10, 12], ErrorRows(bench));

        await bench.Store.RetryAsync(stopped.Job, error: null, Token);
        var (finished, computed) = await RunAsync(bench, job);

        Assert.Equal((JobState.Completed, 2, 2, Rows), (finished.State, finished.Retries, computed, finished.Counts.Ok));
        Assert.Equal(Expected(new() { [4] = "again", [10] = "again", [12] = "again" }), await RowsAsync(bench));
    }

    [Fact]
    public async Task Rows_that_never_ran_because_the_job_was_cancelled_do_not_run_in_its_retry_either()
    {
        await using var bench = await PipelineBench.OpenAsync(cluster);
        bench.Failing[4] = "slow";
        var job = await bench.CreateJobAsync();
        var stopped = await RunAsync(bench, job, before: shard => CancelAsync(bench, job, shard));
        bench.Failing.Clear();

        Assert.Null(await bench.Store.RetryAsync(stopped.Job, error: null, Token));
        var (finished, computed) = await RunAsync(bench, job);

        Assert.Equal((JobState.Cancelled, 1, 1, 8), (finished.State, finished.CommittedShards, computed, finished.Counts.Ok));
        var receipt = ReceiptBuilder.TryParse(bench.Receipt)!;
        Assert.Equal(("cancelled", new ReceiptRows(Rows, 8, 0, 0, 16)), (receipt.State, receipt.Rows));
    }

    [Fact]
    public async Task A_part_that_somebody_changed_is_not_taken_for_the_former_one()
    {
        await using var bench = await PipelineBench.OpenAsync(cluster);
        var job = await CompleteAsync(bench);
        File.AppendAllText(PartOf(bench, 1), " ");
        await bench.Store.RetryAsync(job, error: null, Token);

        var error = await Assert.ThrowsAsync<BatchLLMException>(() => RunAsync(bench, job));

        Assert.Contains("part-000001.jsonl is not what the job wrote any more", error.Message, StringComparison.Ordinal);
        await bench.Store.CancelAsync(job.Id, "enough", Token);
    }

    [Fact]
    public async Task A_job_that_is_not_over_or_has_no_such_row_or_no_output_of_its_own_is_refused()
    {
        await using var bench = await PipelineBench.OpenAsync(cluster);
        var job = await CompleteAsync(bench);
        var other = await bench.CreateJobAsync(shards: 2); // writes to the same output

        Assert.Equal(
            $"Job {other.Id} is running; its failed rows are retried when it is over.", await bench.Store.RetryAsync(other, error: null, Token));
        Assert.Equal(
            $"Job {job.Id} has its output where job {other.Id} writes; that one has to be over first.",
            await bench.Store.RetryAsync(job, error: null, Token));
        await bench.Store.CancelAsync(other.Id, "enough", Token);
        Assert.Equal(
            $"Job {job.Id} has no row that failed with 'other', of 3 that failed.", await bench.Store.RetryAsync(job, "other", Token));
        Assert.Equal(0, (await bench.Store.GetAsync(job)).Retries);
    }

    private static async Task<Job> CompleteAsync(PipelineBench bench)
    {
        (bench.Failing[4], bench.Failing[10], bench.Failing[12]) = ("slow", "lost", "lost");
        await using var engine = new ScriptedEngine(_ => Task.CompletedTask);
        return await bench.RunAsync(await bench.CreateJobAsync(), engine);
    }

    private static async Task<(Job Job, int Computed)> RunAsync(
        PipelineBench bench, Job job, Action<CrashWindow>? reach = null, Func<int, Task>? before = null)
    {
        await using var engine = new ScriptedEngine(_ => Task.CompletedTask) { Text = "again" };
        var now = await bench.Store.GetAsync(job);
        return (await bench.RunAsync(now, engine, before ?? (_ => Task.CompletedTask), reach: reach), engine.Rows);
    }

    // At the second shard, once the first is in the store: windows overlap.
    private static async Task CancelAsync(PipelineBench bench, Job job, int shard)
    {
        if (shard == 1)
        {
            await bench.Committed;
            await bench.Store.CancelAsync(job.Id, "enough", Token);
        }
    }

    private static string PartOf(PipelineBench bench, int shard) =>
        bench.FileOf($"part-{shard:D6}.{(bench.Format == DataFormat.Parquet ? "parquet" : "jsonl")}");

    /// <summary>What each row ended with: its completion, or the code of its error.</summary>
    private static async Task<List<(string X, string End)>> RowsAsync(PipelineBench bench)
    {
        var blobs = new FileBlobStore();
        var rows = new List<(string, string)>();
        for (var shard = 0; shard < PipelineBench.Shards; shard++)
        {
            var range = new RowRange(1, Rows / PipelineBench.Shards, ByteOffset: 0, FirstLine: 1);
            await foreach (var row in RowReaders.For(bench.Format, blobs).ReadAsync(FileUri.FromPath(PartOf(bench, shard), "/"), range, null, Token))
            {
                rows.Add((row.Columns["x"].ToString(), EndOf(row)));
            }
        }

        return rows;
    }

    private static string EndOf(Row row) =>
        row.Columns.GetValueOrDefault("completion") is { IsNull: false } text ? text.ToString()
        : row.Columns.TryGetValue("error_code", out var code) ? code.ToString()
        : JsonDocument.Parse(row.Columns["error"].Text).RootElement.GetProperty("code").GetString()!;

    private static List<(string X, string End)> Expected(Dictionary<int, string> others) =>
        [.. Enumerable.Range(1, Rows).Select(row => ($"{row}", others.GetValueOrDefault(row, "done")))];

    private static IEnumerable<long> ErrorRows(PipelineBench bench) => File.ReadAllLines(bench.FileOf("errors.jsonl"))
        .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("row").GetInt64());
}
