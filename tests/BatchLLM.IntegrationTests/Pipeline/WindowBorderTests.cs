using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Pipeline;

/// <summary>A worker that has other things to do leaves a job at a window's border, and nothing of it is redone.</summary>
public sealed class WindowBorderTests(TestCluster cluster)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Who_may_lease_no_more_ends_its_window_and_hands_back_what_it_only_read(int leases)
    {
        await using var bench = await PipelineBench.OpenAsync(cluster);
        var job = await bench.CreateJobAsync();
        await using var engine = new ScriptedEngine(_ => Task.CompletedTask);
        var asked = 0;

        var left = await bench.RunAsync(
            job, engine, _ => Task.CompletedTask, _ => ValueTask.FromResult(Interlocked.Increment(ref asked) <= leases));

        Assert.Equal((JobState.Running, 8, 1), (left.State, left.Counts.Ok, engine.Windows));
        Assert.Null(left.ReceiptSha256);
        Assert.Empty(await bench.Store.ListWorkersAsync(job.Id, Token));
        await using var willing = new ScriptedEngine(_ => Task.CompletedTask);
        var finished = await bench.RunAsync(job, willing);
        Assert.Equal((JobState.Completed, 24, 2), (finished.State, finished.Counts.Ok, willing.Windows));
    }

    [Fact]
    public async Task Who_has_other_things_to_do_does_not_wait_for_shards_that_others_hold()
    {
        await using var bench = await PipelineBench.OpenAsync(cluster);
        var job = await bench.CreateJobAsync();
        await bench.Store.LeaseAsync(job.Id, "other", 1, TimeSpan.FromHours(1), Token);
        await using var engine = new ScriptedEngine(_ => Task.CompletedTask);

        var left = await bench.RunAsync(job, engine, _ => Task.CompletedTask, _ => ValueTask.FromResult(true));

        Assert.Equal((JobState.Running, 16, 2), (left.State, left.Counts.Ok, engine.Windows));
        Assert.Equal(["other"], await bench.Store.ListWorkersAsync(job.Id, Token));
    }

    [Fact]
    public async Task Who_commits_the_last_shard_publishes_even_if_it_may_lease_no_more()
    {
        await using var bench = await PipelineBench.OpenAsync(cluster);
        var job = await bench.CreateJobAsync();
        var asked = 0;
        await using var engine = new ScriptedEngine(_ => Task.CompletedTask);

        var finished = await bench.RunAsync(
            job, engine, _ => Task.CompletedTask, _ => ValueTask.FromResult(Interlocked.Increment(ref asked) <= 2 * PipelineBench.Shards));

        Assert.Equal((JobState.Completed, 24), (finished.State, finished.Counts.Ok));
    }
}
