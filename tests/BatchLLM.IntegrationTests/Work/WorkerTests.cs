using BatchLLM.IntegrationTests.Cli;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Work;

/// <summary>Several worker processes on one database: whatever becomes of them, every job ends with each row exactly once.</summary>
public sealed class WorkerTests(CliFixture cli, TestCluster cluster) : IClassFixture<CliFixture>, IAsyncLifetime
{
    private QueueBench? _bench;

    private QueueBench Bench => _bench ?? throw new InvalidOperationException("Not started.");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await QueueBench.OpenAsync(cluster);

    public ValueTask DisposeAsync() => Bench.DisposeAsync();

    [Fact]
    public async Task Workers_killed_at_random_moments_leave_every_row_exactly_once()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var changes = await Bench.WatchAsync("jobs", "shards", "workers");
        await using var steady = new WorkerProcess(cli, Bench.Address);
        await using var other = new WorkerProcess(cli, Bench.Address);
        var jobs = new List<TicketJob>();
        for (var kill = 0; kill < 3; kill++)
        {
            await using var victim = new WorkerProcess(cli, Bench.Address);
            await victim.ReadyAsync(Bench);
            jobs.AddRange(await SubmitAsync(3, rows: 100, rowsPerShard: 5));

            // Each claim, lease, commit and beat is one, whoever's; an idle worker asks for work once a second.
            await changes.NextAsync(random.Next(1, 40));
            victim.Kill();
        }

        await Bench.AllEndedAsync();

        Assert.Equal([0, 0], (await Task.WhenAll(steady.DrainAsync(), other.DrainAsync())).Select(result => result.ExitCode));
        await AreWholeAsync(jobs, $"seed {seed}");
    }

    [Fact]
    public async Task Workers_killed_in_crash_windows_are_taken_over_by_the_next()
    {
        var jobs = await SubmitAsync(4, rows: 40, rowsPerShard: 10);
        CrashWindow[] windows =
            [CrashWindow.ShardsLeased, CrashWindow.PartWritten, CrashWindow.ShardCommitted, CrashWindow.ReceiptWritten];
        foreach (var window in windows)
        {
            await using var victim = new WorkerProcess(cli, Bench.Address, killAt: window.ToString());
            Assert.Equal(CliResult.Killed, (await victim.Ended).ExitCode);
        }

        await using var worker = new WorkerProcess(cli, Bench.Address);
        await Bench.AllEndedAsync();
        await worker.DrainAsync(); // It tidies up when the job is over.

        await AreWholeAsync(jobs, "");
    }

    [Fact]
    public async Task A_worker_plans_by_priority_and_a_job_that_cannot_be_planned_fails_alone()
    {
        var low = new TicketJob(cli.DataDirectory);
        var noModel = new TicketJob(cli.DataDirectory) { Spec = { ["model"] = "/nowhere/model" } };
        var noInput = new TicketJob(cli.DataDirectory) { Spec = { ["input"] = "nowhere.jsonl" } };
        var high = new TicketJob(cli.DataDirectory);
        Job[] jobs =
        [
            await Bench.SubmitAsync(low), await Bench.SubmitAsync(noModel), await Bench.SubmitAsync(noInput, priority: 1),
            await Bench.SubmitAsync(high, priority: 2),
        ];
        await using var worker = new WorkerProcess(cli, Bench.Address);
        await Bench.AllEndedAsync();

        var result = await worker.DrainAsync();

        Assert.True(result.ExitCode == 0, result.ToString());
        JobState[] expected = [JobState.Completed, JobState.Failed, JobState.Failed, JobState.Completed];
        var after = await Task.WhenAll(jobs.Select(Bench.GetAsync));
        Assert.Equal(expected, after.Select(job => job.State));
        Assert.Contains("/nowhere/model", after[1].Reason, StringComparison.Ordinal);
        Assert.Contains("nowhere.jsonl matches no file", after[2].Reason, StringComparison.Ordinal);
        Assert.Equal(
            ["4: planned", "4: completed", "3: failed", "1: planned", "1: completed", "2: failed"], Events(result.Output));
        Assert.DoesNotContain("printer", result.Output, StringComparison.Ordinal);
        OutputCheck.IsWhole(low);
        OutputCheck.IsWhole(high);
        Assert.Empty(await Bench.Workers.ListAsync(Token));
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_drained_worker_ends_its_window_and_another_one_the_job(string signal)
    {
        var job = new TicketJob(cli.DataDirectory, rows: 9_000, rowsPerShard: 500);
        var submitted = await Bench.SubmitAsync(job);
        await using var first = new WorkerProcess(cli, Bench.Address);
        await job.FirstWriteAsync(first.Ended);
        await first.SignalAsync(signal);
        var drained = await first.Ended;
        var left = await Bench.GetAsync(submitted);
        Assert.Empty(await Bench.Store.ListWorkersAsync(submitted.Id, Token));

        await using var second = new WorkerProcess(cli, Bench.Address);
        await Bench.AllEndedAsync();
        await second.DrainAsync();

        Assert.True(drained.ExitCode == 0, drained.ToString());
        Assert.True(left.State is JobState.Running or JobState.Completed, left.State.ToString());
        Assert.NotEqual(0, left.Counts.Done);
        await AreWholeAsync([job], "");
    }

    [Fact]
    public async Task A_second_signal_stops_at_once_and_hands_back_what_is_held()
    {
        var job = new TicketJob(cli.DataDirectory, rows: 6_000, rowsPerShard: 5);
        var submitted = await Bench.SubmitAsync(job);
        await using var worker = new WorkerProcess(cli, Bench.Address);
        await job.FirstWriteAsync(worker.Ended);
        await worker.SignalAsync();
        await worker.SignalAsync();

        var stopped = await worker.Ended;

        Assert.True(stopped.ExitCode == 130, stopped.ToString());
        var left = await Bench.GetAsync(submitted);
        Assert.Equal(JobState.Running, left.State);
        Assert.Empty(await Bench.Store.ListWorkersAsync(submitted.Id, Token));
        Assert.Empty(await Bench.Workers.ListAsync(Token));
    }

    [Fact]
    public async Task An_input_that_changes_after_it_was_planned_pauses_the_job_with_the_reason()
    {
        var job = new TicketJob(cli.DataDirectory);
        var submitted = await Bench.SubmitAsync(job);
        await using (var victim = new WorkerProcess(cli, Bench.Address, killAt: CrashWindow.ShardsLeased.ToString()))
        {
            Assert.Equal(CliResult.Killed, (await victim.Ended).ExitCode);
        }

        job.WriteLines([TicketJob.Line(1)]);
        await using var worker = new WorkerProcess(cli, Bench.Address);
        await Bench.AllEndedAsync();

        var paused = await Bench.GetAsync(submitted);
        Assert.Equal(JobState.Paused, paused.State);
        Assert.Contains("has changed since the job was created", paused.Reason, StringComparison.Ordinal);
    }

    private async Task<List<TicketJob>> SubmitAsync(int count, int rows, int rowsPerShard)
    {
        var jobs = new List<TicketJob>();
        for (var i = 0; i < count; i++)
        {
            jobs.Add(new TicketJob(cli.DataDirectory, rows, rowsPerShard));
            await Bench.SubmitAsync(jobs[^1]);
        }

        return jobs;
    }

    private async Task AreWholeAsync(List<TicketJob> jobs, string context)
    {
        foreach (var job in await Bench.Queue.ListAsync(new JobFilter(), jobs.Count, Token))
        {
            Assert.True(job.State == JobState.Completed, $"{context}: job {job.Id} is {job.State}: {job.Reason}");
        }

        Assert.All(jobs, OutputCheck.IsWhole);
    }

    /// <summary>What happened to which job, in order: <c>4: planned</c>.</summary>
    private static IEnumerable<string> Events(string log) => log
        .Split('\n')
        .Select(line => line.Split(" Job ", 2))
        .Where(parts => parts.Length == 2)
        .Select(parts => string.Join(' ', parts[1].Split(' ').Take(2)).TrimEnd(':'));
}
