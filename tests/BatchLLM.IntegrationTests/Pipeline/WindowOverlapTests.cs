using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.IntegrationTests.Work;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Pipeline;

/// <summary>The next window is read and tokenized while the engine runs, and runs only if it still may.</summary>
public sealed class WindowOverlapTests(TestCluster cluster)
{
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_next_window_is_ready_before_the_engine_is_done_with_the_last()
    {
        await using var bench = await PipelineBench.OpenAsync(cluster);
        var job = await bench.CreateJobAsync();
        await using var engine = new ScriptedEngine(window => window < PipelineBench.Shards
            ? bench.PreparedAsync(shard: window).WaitAsync(TooLong, TestContext.Current.CancellationToken)
            : Task.CompletedTask);

        var finished = await bench.RunAsync(job, engine);

        Assert.Equal((JobState.Completed, 24), (finished.State, finished.Counts.Ok));
    }

    [Fact]
    public async Task A_window_runs_while_the_last_one_is_still_being_written()
    {
        await using var bench = await PipelineBench.OpenAsync(cluster);
        var job = await bench.CreateJobAsync();
        var secondRuns = new TaskCompletionSource();
        await using var engine = new ScriptedEngine(window =>
        {
            _ = window == 2 && secondRuns.TrySetResult();
            return Task.CompletedTask;
        });

        var finished = await bench.RunAsync(job, engine, shard => shard == 0
            ? secondRuns.Task.WaitAsync(TooLong, TestContext.Current.CancellationToken)
            : Task.CompletedTask);

        Assert.Equal((JobState.Completed, 24), (finished.State, finished.Counts.Ok));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(PipelineBench.Shards - 1)]
    public async Task A_part_that_cannot_be_written_stops_the_job_and_hands_its_shards_back(int broken)
    {
        await using var bench = await PipelineBench.OpenAsync(cluster);
        var job = await bench.CreateJobAsync();
        await using var engine = new ScriptedEngine(_ => Task.CompletedTask);

        var failure = await Assert.ThrowsAsync<BatchLLMException>(() => bench.RunAsync(job, engine, shard =>
            shard == broken ? throw new BatchLLMException("No room.") : Task.CompletedTask));
        var leased = await bench.Store.LeaseAsync(job, 10);

        Assert.Equal("No room.", failure.Message);
        Assert.Contains(leased, lease => lease.ShardIndex == broken);
    }

    [Fact]
    public async Task A_window_that_waited_is_not_run_once_the_job_is_paused()
    {
        await using var bench = await PipelineBench.OpenAsync(cluster);
        var job = await bench.CreateJobAsync();
        var time = new ManualTime();
        await using var engine = new ScriptedEngine(async window =>
        {
            await bench.PreparedAsync(shard: window).WaitAsync(TooLong, TestContext.Current.CancellationToken);
            await bench.Store.PauseAsync(job.Id, "enough", TestContext.Current.CancellationToken);
            time.Advance(seconds: 1); // Leases that are as new as that are not asked for again.
        });

        var paused = await bench.RunAsync(job, engine, time);
        await bench.Store.ResumeAsync(job.Id, null, TestContext.Current.CancellationToken);
        await using var willing = new ScriptedEngine(_ => Task.CompletedTask);
        var finished = await bench.RunAsync(job, willing);

        Assert.Equal((JobState.Paused, 8, 1), (paused.State, paused.Counts.Ok, engine.Windows));
        Assert.Equal((JobState.Completed, 24, 2), (finished.State, finished.Counts.Ok, willing.Windows));
    }

    [Fact]
    public async Task A_window_that_waits_is_handed_back_when_the_engine_fails()
    {
        await using var bench = await PipelineBench.OpenAsync(cluster);
        var job = await bench.CreateJobAsync();
        await using var engine = new ScriptedEngine(async window =>
        {
            await bench.PreparedAsync(shard: window).WaitAsync(TooLong, TestContext.Current.CancellationToken);
            throw new BatchLLMException("The engine failed.");
        });

        await Assert.ThrowsAsync<BatchLLMException>(() => bench.RunAsync(job, engine));

        Assert.Empty(await bench.Store.ListWorkersAsync(job.Id, TestContext.Current.CancellationToken));
        Assert.Equal(PipelineBench.Shards, (await bench.Store.LeaseAsync(job, 10)).Count);
    }
}
