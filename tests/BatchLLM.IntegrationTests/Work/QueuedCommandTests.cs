using BatchLLM.IntegrationTests.Cli;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Work;

/// <summary>The commands for jobs, on jobs that no worker has planned.</summary>
public sealed class QueuedCommandTests(CliFixture cli, TestCluster cluster) : IClassFixture<CliFixture>, IAsyncLifetime
{
    private QueueBench? _bench;

    private QueueBench Bench => _bench ?? throw new InvalidOperationException("Not started.");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await QueueBench.OpenAsync(cluster);

    public ValueTask DisposeAsync() => Bench.DisposeAsync();

    [Fact]
    public async Task Status_says_what_a_queued_job_waits_for()
    {
        var job = await Bench.SubmitAsync(new TicketJob(cli.DataDirectory), priority: 3);

        var waiting = await RunAsync("status");
        var claim = await Bench.ClaimPlanAsync("some-worker");
        var planned = await RunAsync("status");
        await Bench.Queue.ReturnPlanAsync(claim, "The store is away.", Token);
        var putOff = await RunAsync("status", "1", "--json");

        Assert.Contains($"Job {job.Id} is queued: it waits for a worker", waiting.Output, StringComparison.Ordinal);
        Assert.Contains($"Job {job.Id} is queued: worker some-worker plans it.", planned.Output, StringComparison.Ordinal);
        var json = putOff.Json[0];
        Assert.Equal(("queued", 3), (json.GetProperty("state").GetString(), json.GetProperty("priority").GetInt32()));
        Assert.Equal("The store is away.", json.GetProperty("wait").GetProperty("trouble").GetString());
    }

    [Fact]
    public async Task A_queued_job_is_cancelled_and_what_is_in_its_output_stays()
    {
        var job = new TicketJob(cli.DataDirectory);
        job.Spec["engine"] = "echo";
        Assert.Equal(3, (await RunAsync("run", job.Save())).ExitCode);
        var receipt = job.Receipt.ToString();
        var queued = await Bench.SubmitAsync(job);

        var cancelled = await RunAsync("cancel", $"{queued.Id}");

        Assert.True(cancelled.ExitCode == 0, cancelled.ToString());
        Assert.Equal((JobState.Cancelled, null), ((await Bench.GetAsync(queued)).State, (await Bench.GetAsync(queued)).ReceiptSha256));
        Assert.Equal(receipt, job.Receipt.ToString());
    }

    [Fact]
    public async Task A_queued_job_that_was_paused_is_resumed_into_the_queue_and_a_failed_one_is_not()
    {
        var job = await Bench.SubmitAsync(new TicketJob(cli.DataDirectory));
        await Bench.Store.PauseAsync(job.Id, "not yet", Token);

        var resumed = await RunAsync("resume", "1");
        var queued = await RunAsync("resume", "1");
        await Bench.Queue.FailAsync(await Bench.ClaimPlanAsync(), "no such file.", Token);
        var failed = await RunAsync("resume", "1");

        Assert.Equal((0, 2, 2), (resumed.ExitCode, queued.ExitCode, failed.ExitCode));
        Assert.Contains("is queued again", resumed.Output, StringComparison.Ordinal);
        Assert.Contains("waits for a worker", queued.Error, StringComparison.Ordinal);
        Assert.Contains("failed: no such file.", failed.Error, StringComparison.Ordinal);
    }

    private Task<CliResult> RunAsync(params string[] arguments) =>
        cli.RunAsync([.. arguments, "--database", Bench.Address]);
}
