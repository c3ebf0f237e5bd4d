using BatchLLM.Host.Retention;
using BatchLLM.Host.Work;
using BatchLLM.IntegrationTests.Cli;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Work;

/// <summary>What becomes of a claimed job, in this process.</summary>
public sealed class JobPlanningTests(CliFixture cli, TestCluster cluster) : IClassFixture<CliFixture>, IAsyncLifetime
{
    private readonly StringWriter _log = new();
    private QueueBench? _bench;

    private QueueBench Bench => _bench ?? throw new InvalidOperationException("Not started.");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await QueueBench.OpenAsync(cluster);

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        await Bench.DisposeAsync();
    }

    [Theory]
    [InlineData(2, JobState.Running)]
    [InlineData(3, JobState.Failed)]
    public async Task A_job_that_ended_three_workers_is_not_given_to_a_fourth(int deaths, JobState expected)
    {
        var job = await Bench.SubmitAsync(new TicketJob(cli.DataDirectory));
        for (var i = 0; i < deaths; i++)
        {
            await Bench.ClaimPlanAsync($"dead-{i}");
            await Bench.LetTimePassAsync();
        }

        await PlanAsync(Token);

        var after = await Bench.GetAsync(job);
        Assert.Equal(expected, after.State);
        Assert.Equal(expected == JobState.Failed, after.Reason?.StartsWith("3 workers ended while they planned it", StringComparison.Ordinal) ?? false);
    }

    [Fact]
    public async Task A_worker_that_is_to_end_gives_the_job_back_at_once()
    {
        var job = await Bench.SubmitAsync(new TicketJob(cli.DataDirectory));

        await PlanAsync(new CancellationToken(canceled: true));

        Assert.Equal(new QueueWait(null, null, 0, null), (await Bench.GetAsync(job)).Wait);
        Assert.Contains("handed back", _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_for_a_GPU_that_this_machine_lacks_waits_for_another_worker()
    {
        Assert.SkipWhen(File.Exists("/dev/nvidia0"), "This machine has a GPU.");
        var ticket = new TicketJob(cli.DataDirectory);
        (ticket.Spec["engine"], ticket.Spec["device"]) = ("local", "cuda");
        var job = await Bench.SubmitAsync(ticket);

        await PlanAsync(Token);

        var after = await Bench.GetAsync(job);
        Assert.Equal(JobState.Queued, after.State);
        Assert.Matches("^(A GPU needs libcuda|NVIDIA's driver)", after.Wait?.Trouble);
    }

    [Fact]
    public async Task A_job_that_was_cancelled_while_it_was_planned_stays_cancelled()
    {
        var job = await Bench.SubmitAsync(new TicketJob(cli.DataDirectory));
        var claimed = (await Bench.Queue.ClaimAsync(QueueBench.Offer(), Token))!;
        await Bench.Store.CancelAsync(job.Id, "mistake", Token);

        await PlanAsync(claimed, Token);

        Assert.Equal(JobState.Cancelled, (await Bench.GetAsync(job)).State);
        Assert.Contains("planned in vain", _log.ToString(), StringComparison.Ordinal);
    }

    private async Task PlanAsync(CancellationToken ending) =>
        await PlanAsync((await Bench.Queue.ClaimAsync(QueueBench.Offer(), Token))!, ending);

    private async Task PlanAsync(ClaimedJob claimed, CancellationToken ending)
    {
        using var shelf = new ModelShelf(device: null);
        var log = new WorkerLog(_log, TimeProvider.System);
        await new JobPlanning(Bench.Queue, shelf, new InputsInRemoval(Bench.ResultRetention), log, TimeProvider.System).PlanAsync(
            claimed.Job, claimed.Plan!, QueueBench.Hour, ending);
    }
}
