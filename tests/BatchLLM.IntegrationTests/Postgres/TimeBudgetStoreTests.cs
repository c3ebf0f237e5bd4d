using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>A job that runs for longer than it may.</summary>
public sealed class TimeBudgetStoreTests(TestCluster cluster) : IAsyncLifetime
{
    private const string Spec = """{"name":"a","policies":{"time_budget":"8h"}}""";

    private QueueBench? _bench;

    private QueueBench Bench => _bench!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await QueueBench.OpenAsync(cluster);

    public ValueTask DisposeAsync() => Bench.DisposeAsync();

    [Fact]
    public async Task It_gets_no_shard_any_more_and_pauses_and_a_resume_gives_it_as_much_again()
    {
        var job = await CreateAsync(Spec);
        Assert.Single(await Bench.Store.LeaseAsync(job, 1));
        await Bench.LetTimePassAsync();

        Assert.Empty(await Bench.Store.LeaseAsync(job, 1));

        var paused = await Bench.GetAsync(job);
        Assert.Equal((JobState.Paused, TimeBudget.ReasonToPause(TimeSpan.FromHours(8))), (paused.State, paused.Reason));
        Assert.True(await Bench.Store.ResumeAsync(job.Id, null, Token));
        Assert.Single(await Bench.Store.LeaseAsync(job, 1));
        Assert.Equal(JobState.Running, (await Bench.GetAsync(job)).State);
    }

    [Fact]
    public async Task Who_holds_its_shards_learns_it_at_the_next_renewal_and_may_commit_what_is_finished()
    {
        var job = await CreateAsync(Spec);
        var leases = await Bench.Store.LeaseAsync(job, 2);
        Assert.Equal(2, (await Bench.Store.RenewAsync(leases, QueueBench.Hour, Token)).Count);
        await Bench.LetTimePassAsync();

        Assert.Empty(await Bench.Store.RenewAsync(leases, QueueBench.Hour, Token));

        Assert.Equal(JobState.Paused, (await Bench.GetAsync(job)).State);
        Assert.True(await Bench.Store.CommitAsync(leases[0], TestJobs.Output(leases[0]), TestJobs.NeverPause, Token));
    }

    [Fact]
    public async Task A_job_from_the_queue_has_its_time_from_when_it_was_planned()
    {
        var submission = QueueBench.Submission("q");
        var (job, _) = await Bench.Queue.SubmitAsync(submission with { SpecJson = Spec }, Token);
        await Bench.LetTimePassAsync();
        var planned = TestJobs.Job("q", 2) with { Name = "q", SpecJson = Spec, OutputUri = submission.OutputUri };
        Assert.True(await Bench.Queue.PlanAsync(await Bench.ClaimPlanAsync(), planned, TestJobs.Shards(2), Token));

        Assert.Single(await Bench.Store.LeaseAsync(job, 1));
        await Bench.LetTimePassAsync();

        Assert.Empty(await Bench.Store.LeaseAsync(job, 1));
    }

    [Fact]
    public async Task A_job_whose_rows_are_all_done_is_finished_however_long_it_took()
    {
        var job = await CreateAsync(Spec);
        foreach (var lease in await Bench.Store.LeaseAsync(job, 2))
        {
            await Bench.Store.CommitAsync(lease, TestJobs.Output(lease), TestJobs.NeverPause, Token);
        }

        await Bench.LetTimePassAsync();
        Assert.Empty(await Bench.Store.LeaseAsync(job, 1));

        Assert.True(await Bench.Store.FinishAsync(job.Id, JobState.Running, TestJobs.Receipt('c'), Token));
    }

    [Fact]
    public async Task A_job_without_a_budget_runs_on()
    {
        var job = await CreateAsync("""{"name":"a"}""");
        await Bench.LetTimePassAsync();

        Assert.Single(await Bench.Store.LeaseAsync(job, 1));
    }

    private async Task<Job> CreateAsync(string spec) => (await Bench.Store.CreateAsync(
        TestJobs.Job("a", 2) with { SpecJson = spec }, TestJobs.Shards(2), again: false, Token)).Job;
}
