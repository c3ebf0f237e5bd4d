using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Pipeline;

/// <summary>Leases run by the database's clock: workers whose own are twenty minutes apart neither take each other's nor lose their own.</summary>
public sealed class ClockSkewTests(TestCluster cluster)
{
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(-10, 10)]
    [InlineData(10, -10)]
    public async Task Two_workers_of_one_job_run_each_shard_once(int slowMinutes, int fastMinutes)
    {
        await using var bench = await PipelineBench.OpenAsync(cluster);
        var job = await bench.CreateJobAsync();
        var (hasFirst, othersRun) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var slow = new ScriptedEngine(_ =>
        {
            hasFirst.TrySetResult();
            return othersRun.Task.WaitAsync(TooLong, TestContext.Current.CancellationToken);
        });
        await using var fast = new ScriptedEngine(_ =>
        {
            othersRun.TrySetResult();
            return Task.CompletedTask;
        });

        var held = bench.RunAsync(job, slow, new SkewedTime(TimeSpan.FromMinutes(slowMinutes)));
        await hasFirst.Task.WaitAsync(TooLong, TestContext.Current.CancellationToken);
        var other = bench.RunAsync(job, fast, new SkewedTime(TimeSpan.FromMinutes(fastMinutes)));
        var finished = await Task.WhenAll(held, other);

        Assert.All(finished, run => Assert.Equal((JobState.Completed, 24), (run.State, run.Counts.Ok)));
        Assert.Equal(PipelineBench.Shards, slow.Windows + fast.Windows);
        var committed = await bench.Store.ListCommittedAsync(job.Id, TestContext.Current.CancellationToken);
        Assert.All(committed, shard => Assert.Equal(1, shard.Epoch));
    }

    private sealed class SkewedTime(TimeSpan skew) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + skew;
    }
}
