using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>From queued to running, or to failed, under a claim that may be lost.</summary>
public sealed class JobQueuePlanningTests(TestCluster cluster) : IAsyncLifetime
{
    private QueueBench? _bench;

    private QueueBench Bench => _bench ?? throw new InvalidOperationException("Not started.");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await QueueBench.OpenAsync(cluster);

    public ValueTask DisposeAsync() => Bench.DisposeAsync();

    [Fact]
    public async Task A_planned_job_runs_with_what_planning_found()
    {
        var job = await Bench.SubmitAsync("a");
        var claim = await Bench.ClaimPlanAsync("planner");
        Assert.Equal("planner", (await Bench.GetAsync(job)).Wait!.Planner);
        var given = TestJobs.Job("k", 2) with { Name = "a", OutputUri = job.Definition.OutputUri };

        Assert.True(await Bench.Queue.PlanAsync(claim, given, TestJobs.Shards(2), Token));

        var planned = await Bench.GetAsync(job);
        Assert.Equal((JobState.Running, 2, true, null), (planned.State, planned.ShardCount, planned.IsPlanned, planned.Wait));
        Assert.Equal(given with { Inputs = [] }, planned.Definition with { Inputs = [] });
        Assert.Equal(given.Inputs, planned.Definition.Inputs);
        Assert.InRange(planned.PlannedAt!.Value, planned.CreatedAt, planned.CreatedAt + QueueBench.Hour);
        Assert.Equal(TestJobs.Shards(2).Select(shard => shard.Range), (await Bench.Store.LeaseAsync(planned, 9)).Select(lease => lease.Shard.Range));
    }

    [Fact]
    public async Task A_claim_that_ran_out_holds_until_another_worker_takes_the_job()
    {
        var job = await Bench.SubmitAsync("a");
        var stale = await Bench.ClaimPlanAsync("first");
        Assert.Null(await Bench.Queue.ClaimAsync(QueueBench.Offer("second"), Token));
        await Bench.LetTimePassAsync();
        Assert.True(await Bench.Queue.RenewPlanAsync(stale, QueueBench.Hour, Token));
        Assert.Null(await Bench.Queue.ClaimAsync(QueueBench.Offer("second"), Token));
        await Bench.LetTimePassAsync();

        var current = await Bench.ClaimPlanAsync("second");

        Assert.True(current.Epoch > stale.Epoch);
        Assert.False(await Bench.Queue.RenewPlanAsync(stale, QueueBench.Hour, Token));
        Assert.False(await Bench.PlanAsync(stale, 1));
        Assert.False(await Bench.Queue.FailAsync(stale, "late", Token));
        await Bench.Queue.ReturnPlanAsync(stale, "late", Token);
        Assert.Equal((JobState.Queued, "second"), ((await Bench.GetAsync(job)).State, (await Bench.GetAsync(job)).Wait!.Planner));
        Assert.True(await Bench.PlanAsync(current, 1));
    }

    [Fact]
    public async Task A_job_that_fails_is_final_and_says_why()
    {
        var job = await Bench.SubmitAsync("a");
        var claim = await Bench.ClaimPlanAsync();

        Assert.True(await Bench.Queue.FailAsync(claim, "no such file", Token));

        var failed = await Bench.GetAsync(job);
        Assert.Equal((JobState.Failed, "no such file", null), (failed.State, failed.Reason, failed.Wait));
        Assert.NotNull(failed.FinishedAt);
        Assert.False(await Bench.Store.PauseAsync(job.Id, "r", Token));
        Assert.False(await Bench.Store.ResumeAsync(job.Id, null, Token));
        Assert.False(await Bench.Store.CancelAsync(job.Id, "r", Token));
        Assert.False(await Bench.Store.FinishAsync(job.Id, JobState.Running, TestJobs.Receipt('c'), Token));
        await Bench.LetTimePassAsync();
        Assert.Null(await Bench.Queue.ClaimAsync(QueueBench.Offer(), Token));
    }

    [Fact]
    public async Task Trouble_that_may_pass_puts_a_job_off_longer_each_time()
    {
        var job = await Bench.SubmitAsync("a");
        for (var trouble = 1; trouble <= 8; trouble++)
        {
            await Bench.Queue.ReturnPlanAsync(await Bench.ClaimPlanAsync(), $"away {trouble}", Token);

            var wait = (await Bench.GetAsync(job)).Wait!;
            Assert.Equal((null, $"away {trouble}", trouble), (wait.Planner, wait.Trouble, wait.Troubles));
            Assert.Null(await Bench.Queue.ClaimAsync(QueueBench.Offer(), Token));
            var seconds = (await Bench.QueryAsync<double>(
                "select extract(epoch from not_before - clock_timestamp())::double precision from batchllm.jobs"))[0];
            var expected = Math.Min(300, 5 * (1 << (trouble - 1)));
            Assert.InRange(seconds, expected * 0.5, expected);
            await Bench.LetTimePassAsync();
        }
    }

    [Fact]
    public async Task A_claim_given_back_without_trouble_is_anyones_at_once()
    {
        await Bench.SubmitAsync("a");
        await Bench.Queue.ReturnPlanAsync(await Bench.ClaimPlanAsync("first"), null, Token);

        Assert.Equal("second", (await Bench.ClaimPlanAsync("second")).Worker);
    }

    [Fact]
    public async Task A_planner_that_ends_without_a_word_is_counted_and_one_that_gives_back_is_not()
    {
        var job = await Bench.SubmitAsync("a");
        await Bench.ClaimPlanAsync("silent");
        await Bench.LetTimePassAsync();
        await Bench.Queue.ReturnPlanAsync(await Bench.ClaimPlanAsync("polite"), null, Token);
        await Bench.ClaimPlanAsync("dead");
        await Bench.Workers.LeaveAsync("dead", Token);
        await Bench.ClaimPlanAsync("last");

        Assert.Equal(2, (await Bench.GetAsync(job)).Wait!.Deaths);
        await Bench.Store.PauseAsync(job.Id, "look", Token);
        await Bench.Store.ResumeAsync(job.Id, null, Token);
        Assert.Equal(0, (await Bench.GetAsync(job)).Wait!.Deaths);
    }

    [Fact]
    public async Task A_queued_job_pauses_and_its_planner_loses_it()
    {
        var job = await Bench.SubmitAsync("a");
        var claim = await Bench.ClaimPlanAsync();

        Assert.True(await Bench.Store.PauseAsync(job.Id, "not yet", Token));
        Assert.Equal((JobState.Paused, "not yet"), ((await Bench.GetAsync(job)).State, (await Bench.GetAsync(job)).Reason));
        Assert.False(await Bench.Queue.RenewPlanAsync(claim, QueueBench.Hour, Token));
        Assert.False(await Bench.PlanAsync(claim, 1));
        Assert.Null(await Bench.Queue.ClaimAsync(QueueBench.Offer(), Token));

        Assert.True(await Bench.Store.ResumeAsync(job.Id, """{"n":1}""", Token));
        var resumed = await Bench.GetAsync(job);
        Assert.Equal((JobState.Queued, """{"n":1}""", null), (resumed.State, resumed.Definition.SpecJson, resumed.Reason));
        Assert.False(await Bench.PlanAsync(claim, 1));
        Assert.True(await Bench.PlanAsync(await Bench.ClaimPlanAsync(), 1));
    }

    [Fact]
    public async Task A_queued_job_that_is_cancelled_is_final_and_takes_no_receipt()
    {
        var job = await Bench.SubmitAsync("a");
        var claim = await Bench.ClaimPlanAsync();

        Assert.True(await Bench.Store.CancelAsync(job.Id, "mistake", Token));

        Assert.False(await Bench.PlanAsync(claim, 1));
        Assert.False(await Bench.Store.FinishAsync(job.Id, JobState.Cancelled, TestJobs.Receipt('c'), Token));
        var cancelled = await Bench.GetAsync(job);
        Assert.Equal((JobState.Cancelled, "mistake", null), (cancelled.State, cancelled.Reason, cancelled.ReceiptSha256));
    }

    [Fact]
    public async Task A_job_waits_for_the_one_that_writes_to_its_output()
    {
        await Bench.SubmitAsync("a");
        await Bench.SubmitAsync("a");
        var first = await Bench.ClaimPlanAsync("first");
        var second = await Bench.ClaimPlanAsync("second");
        Assert.True(await Bench.PlanAsync(first, 1));

        var error = await Assert.ThrowsAsync<BatchLLMException>(() => Bench.PlanAsync(second, 1));
        await Bench.Queue.ReturnPlanAsync(second, error.Message, Token);
        await Bench.LetTimePassAsync();

        Assert.True(error.IsTransient);
        Assert.StartsWith($"Job {first.JobId} writes to the same output", error.Message, StringComparison.Ordinal);
        var running = await Bench.Queue.ClaimAsync(QueueBench.Offer(), Token);
        Assert.Equal((first.JobId, null), (running!.Job.Id, running.Plan));
        await Bench.Store.CompleteAsync(running.Job);
        Assert.Equal(second.JobId, (await Bench.ClaimPlanAsync()).JobId);
    }

    [Fact]
    public async Task Planners_of_one_output_at_the_same_time_are_one_too_many()
    {
        var claims = new List<PlanClaim>();
        for (var i = 0; i < 8; i++)
        {
            await Bench.SubmitAsync("a");
            claims.Add(await Bench.ClaimPlanAsync($"w{i}"));
        }

        var results = await Task.WhenAll(claims.Select(async claim =>
        {
            try
            {
                return await Bench.PlanAsync(claim, 1);
            }
            catch (BatchLLMException exception) when (exception.IsTransient)
            {
                return false;
            }
        }));

        Assert.Single(results, planned => planned);
    }
}
