using System.Security.Cryptography;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Pipeline;

/// <summary>Publishing while other processes do the same, die at it, or want the job to stop.</summary>
public sealed class PublishingTests(TestCluster cluster)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_two_processes_one_publishes_and_the_other_waits()
    {
        await using var bench = await PipelineBench.OpenAsync(cluster);
        await CompleteAsync(bench);
        var job = await bench.RunUnpublishedAsync(shards: 2);
        var inside = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var goOn = new ManualResetEventSlim();
        var reached = 0;

        var first = Task.Run(() => bench.PublishAsync(job, window =>
        {
            if (window == CrashWindow.AllCommitted)
            {
                inside.SetResult();
                goOn.Wait(Token);
            }
        }));
        await inside.Task.WaitAsync(Token);
        var second = bench.PublishAsync(job, _ => reached++);
        await bench.Store.GetAsync(job);
        var waited = !second.IsCompleted;
        goOn.Set();
        var finished = await Task.WhenAll(first, second);

        Assert.True(waited);
        Assert.Equal(0, reached);
        Assert.All(finished, found => Assert.Equal(JobState.Completed, found.State));
        Assert.Equal(["part-000000.jsonl", "part-000001.jsonl", "receipt.json"], bench.OutputFiles);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bench.Receipt)), finished[0].ReceiptSha256);
    }

    [Fact]
    public async Task A_process_that_dies_while_it_removes_a_former_output_leaves_nothing_of_it()
    {
        await using var bench = await PipelineBench.OpenAsync(cluster);
        await CompleteAsync(bench);
        var job = await bench.RunUnpublishedAsync(shards: 2);

        await Assert.ThrowsAsync<TimeoutException>(() => bench.PublishAsync(job, _ => { }, uri => _ = uri.Contains(
            "part-000001", StringComparison.Ordinal) ? throw new TimeoutException() : 0));
        Assert.DoesNotContain("receipt.json", bench.OutputFiles);
        await bench.PublishAsync(job, _ => { });

        Assert.Equal(["part-000000.jsonl", "part-000001.jsonl", "receipt.json"], bench.OutputFiles);
    }

    [Fact]
    public async Task A_job_that_is_cancelled_while_it_is_published_has_the_receipt_of_a_cancelled_one()
    {
        await using var bench = await PipelineBench.OpenAsync(cluster);
        var job = await bench.RunUnpublishedAsync(shards: 2);

        var cancelled = await bench.PublishAsync(job, window => _ = window == CrashWindow.ReceiptWritten
            && bench.Store.CancelAsync(job.Id, "enough", Token).GetAwaiter().GetResult());

        Assert.Equal(JobState.Cancelled, cancelled.State);
        Assert.Equal("cancelled", ReceiptBuilder.TryParse(bench.Receipt)!.State);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bench.Receipt)), cancelled.ReceiptSha256);
    }

    [Fact]
    public async Task A_job_that_is_paused_while_it_is_published_is_published_once_it_goes_on()
    {
        await using var bench = await PipelineBench.OpenAsync(cluster);
        bench.Failing[2] = "test"; // an error file, which the shards' own are needed for
        var job = await bench.RunUnpublishedAsync(shards: 2);

        var paused = await bench.PublishAsync(job, window => _ = window == CrashWindow.ReceiptWritten
            && bench.Store.PauseAsync(job.Id, "enough", Token).GetAwaiter().GetResult());
        await bench.Store.ResumeAsync(job.Id, null, Token);
        var finished = await bench.PublishAsync(job, _ => { });

        Assert.Equal((JobState.Paused, JobState.Completed), (paused.State, finished.State));
        Assert.Equal(["errors.jsonl", "part-000000.jsonl", "part-000001.jsonl", "receipt.json"], bench.OutputFiles);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bench.Receipt)), finished.ReceiptSha256);
    }

    private static async Task CompleteAsync(PipelineBench bench)
    {
        await using var engine = new ScriptedEngine(_ => Task.CompletedTask);
        await bench.RunAsync(await bench.CreateJobAsync(), engine);
    }
}
