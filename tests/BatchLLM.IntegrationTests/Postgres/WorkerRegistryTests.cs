using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

public sealed class WorkerRegistryTests(TestCluster cluster) : IAsyncLifetime
{
    private QueueBench? _bench;

    private QueueBench Bench => _bench ?? throw new InvalidOperationException("Not started.");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await QueueBench.OpenAsync(cluster);

    public ValueTask DisposeAsync() => Bench.DisposeAsync();

    [Fact]
    public async Task A_worker_is_seen_as_it_said_last_with_what_it_holds()
    {
        var job = await Bench.SubmitPlannedAsync("a", 5);
        await Bench.Workers.BeatAsync(new WorkerBeat("w", "host", "1", WorkerState.Idle, null, []), Token);
        await Bench.Store.LeaseAsync(job.Id, "w", 2, QueueBench.Hour, Token);
        var last = new WorkerBeat("w", "host", "1", WorkerState.Running, job.Id, ["/models/a", "/models/b"]);
        await Bench.Workers.BeatAsync(last, Token);

        var status = Assert.Single(await Bench.Workers.ListAsync(Token));

        Assert.Equal(last with { Models = [] }, status.Beat with { Models = [] });
        Assert.Equal(last.Models, status.Beat.Models);
        Assert.Equal((2, 2L * TestJobs.RowsPerShard), (status.Shards, status.Rows));
        Assert.InRange(status.Silence, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Silence_is_told_and_after_a_day_the_worker_is_forgotten()
    {
        await Bench.Workers.BeatAsync(new WorkerBeat("w", "host", "1", WorkerState.Idle, null, []), Token);
        await Bench.LetTimePassAsync();
        Assert.InRange(Assert.Single(await Bench.Workers.ListAsync(Token)).Silence, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(90));

        await Bench.ExecuteAsync("update batchllm.workers set seen_at = seen_at - interval '1 day'");
        Assert.Empty(await Bench.Workers.ListAsync(Token));
        await Bench.Workers.BeatAsync(new WorkerBeat("v", "host", "1", WorkerState.Draining, null, []), Token);
        Assert.Equal(["v"], await Bench.QueryAsync<string>("select name from batchllm.workers"));
    }

    [Fact]
    public async Task Who_leaves_hands_back_all_that_it_holds_and_nothing_of_others()
    {
        var job = await Bench.SubmitPlannedAsync("a", 3);
        var lost = await Bench.Store.LeaseAsync(job.Id, "dead", 2, QueueBench.Hour, Token);
        await Bench.Store.LeaseAsync(job.Id, "alive", 1, QueueBench.Hour, Token);
        await Bench.SubmitAsync("b");
        var claim = await Bench.ClaimPlanAsync("dead");
        await Bench.Workers.BeatAsync(new WorkerBeat("dead", "host", "1", WorkerState.Running, job.Id, []), Token);

        await Bench.Workers.LeaveAsync("dead", Token);
        await Bench.Workers.LeaveAsync("dead", Token);

        Assert.Empty(await Bench.Workers.ListAsync(Token));
        Assert.Equal(["alive"], await Bench.Store.ListWorkersAsync(job.Id, Token));
        Assert.False(await Bench.Store.CommitAsync(lost[0], TestJobs.Output(lost[0]), TestJobs.NeverPause, Token));
        Assert.Equal([0, 1], (await Bench.Store.LeaseAsync(job, 9)).Select(lease => lease.ShardIndex));
        Assert.False(await Bench.PlanAsync(claim, 1));
        Assert.Equal(claim.JobId, (await Bench.ClaimPlanAsync("other")).JobId);
    }
}
