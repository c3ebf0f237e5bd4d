using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

public abstract partial class JobStoreConformance
{
    [Fact]
    public async Task A_job_pauses_with_its_reason_and_resumes_without()
    {
        var job = await Store.CreateAsync("k", 1);

        Assert.True(await Store.PauseAsync(job.Id, "error budget spent", Token));
        var paused = await Store.GetAsync(job);
        Assert.True(await Store.ResumeAsync(job.Id, null, Token));
        var resumed = await Store.GetAsync(job);

        Assert.Equal((JobState.Paused, "error budget spent"), (paused.State, paused.Reason));
        Assert.Equal((JobState.Running, null), (resumed.State, resumed.Reason));
        Assert.Equal(job.Definition.SpecJson, resumed.Definition.SpecJson);
        Assert.Null(paused.FinishedAt);
    }

    [Fact]
    public async Task Resuming_may_replace_the_spec()
    {
        var job = await Store.CreateAsync("k", 1);
        await Store.PauseAsync(job.Id, "enough", Token);

        Assert.True(await Store.ResumeAsync(job.Id, """{"errors":  9}""", Token));

        Assert.Equal("""{"errors":  9}""", (await Store.GetAsync(job)).Definition.SpecJson);
    }

    [Fact]
    public async Task Only_a_running_job_pauses_and_only_a_paused_one_resumes()
    {
        var job = await Store.CreateAsync("a", 1);
        Assert.False(await Store.ResumeAsync(job.Id, "{}", Token));
        await Store.PauseAsync(job.Id, "first", Token);
        Assert.False(await Store.PauseAsync(job.Id, "second", Token));
        Assert.Equal("first", (await Store.GetAsync(job)).Reason);

        await Store.CancelAsync(job.Id, "mistake", Token);
        Assert.False(await Store.PauseAsync(job.Id, "third", Token));
        Assert.False(await Store.ResumeAsync(job.Id, "{}", Token));

        var completed = await Store.CompleteAsync(await Store.CreateAsync("b", 1));
        Assert.False(await Store.PauseAsync(completed.Id, "fourth", Token));
        Assert.False(await Store.ResumeAsync(completed.Id, "{}", Token));
    }

    [Fact]
    public async Task Pausing_ends_leases_but_takes_what_was_finished()
    {
        var job = await Store.CreateAsync("k", 2);
        var leases = await Store.LeaseAsync(job, 2);
        await Store.PauseAsync(job.Id, "enough", Token);

        Assert.Empty(await Store.RenewAsync(leases, TestJobs.Minute, Token));
        Assert.True(await Store.CommitAsync(leases[0], TestJobs.Output(leases[0]), TestJobs.NeverPause, Token));
        await Store.ResumeAsync(job.Id, null, Token);
        Assert.Equal([1], (await Store.LeaseAsync(job, 2)).Select(lease => lease.ShardIndex));
        Assert.False(await Store.CommitAsync(leases[1], TestJobs.Output(leases[1]), TestJobs.NeverPause, Token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancelled_job_is_final_and_its_leases_are_lost(bool paused)
    {
        var job = await Store.CreateAsync("k", 2);
        var leases = await Store.LeaseAsync(job, 2);
        await Store.CommitAsync(leases[0], TestJobs.Output(leases[0]), TestJobs.NeverPause, Token);
        if (paused)
        {
            await Store.PauseAsync(job.Id, "enough", Token);
        }

        Assert.True(await Store.CancelAsync(job.Id, "mistake", Token));

        Assert.Empty(await Store.RenewAsync(leases, TestJobs.Minute, Token));
        Assert.False(await Store.CommitAsync(leases[1], TestJobs.Output(leases[1]), TestJobs.NeverPause, Token));
        Assert.False(await Store.CancelAsync(job.Id, "again", Token));
        var cancelled = await Store.GetAsync(job);
        Assert.Equal((JobState.Cancelled, "mistake", 1), (cancelled.State, cancelled.Reason, cancelled.CommittedShards));
        Assert.NotNull(cancelled.FinishedAt);
        Assert.Null(cancelled.ReceiptSha256);
    }

    [Fact]
    public async Task A_completed_job_is_not_cancelled()
    {
        var job = await Store.CompleteAsync(await Store.CreateAsync("k", 1));

        Assert.False(await Store.CancelAsync(job.Id, "too late", Token));
        Assert.Equal(job, await Store.GetAsync(job) with { Definition = job.Definition });
    }

    [Fact]
    public async Task A_job_completes_once_every_shard_is_committed_and_not_before()
    {
        var job = await Store.CreateAsync("k", 2);
        var leases = await Store.LeaseAsync(job, 2);
        await Store.CommitAsync(leases[0], TestJobs.Output(leases[0]), TestJobs.NeverPause, Token);
        Assert.False(await Store.FinishAsync(job.Id, JobState.Running, TestJobs.Receipt('c'), Token));

        await Store.CommitAsync(leases[1], TestJobs.Output(leases[1]), TestJobs.NeverPause, Token);
        Assert.True(await Store.FinishAsync(job.Id, JobState.Running, TestJobs.Receipt('c'), Token));

        job = await Store.GetAsync(job);
        Assert.Equal((JobState.Completed, TestJobs.Receipt('c'), null), (job.State, job.ReceiptSha256, job.Reason));
        Assert.NotNull(job.FinishedAt);
    }

    [Fact]
    public async Task A_job_without_shards_completes()
    {
        var (job, _) = await Store.CreateAsync(TestJobs.Job("k", 0), [], false, Token);

        Assert.Empty(await Store.LeaseAsync(job, 1));
        Assert.True(await Store.FinishAsync(job.Id, JobState.Running, TestJobs.Receipt('c'), Token));
    }

    [Fact]
    public async Task A_paused_job_does_not_complete()
    {
        var job = await Store.CreateAsync("k", 1);
        await Store.CommitAllAsync(job);
        await Store.PauseAsync(job.Id, "enough", Token);

        Assert.False(await Store.FinishAsync(job.Id, JobState.Running, TestJobs.Receipt('c'), Token));
    }

    [Fact]
    public async Task Finishing_again_is_true_and_the_first_receipt_stands()
    {
        var job = await Store.CompleteAsync(await Store.CreateAsync("k", 1));

        Assert.True(await Store.FinishAsync(job.Id, JobState.Running, TestJobs.Receipt('c'), Token));
        Assert.False(await Store.FinishAsync(job.Id, JobState.Running, TestJobs.Receipt('d'), Token));
        Assert.Equal(job, await Store.GetAsync(job) with { Definition = job.Definition });
    }

    [Fact]
    public async Task One_at_a_time_publishes_a_job_and_none_waits_for_another_job_s()
    {
        var (job, other) = (await Store.CreateAsync("k", 1), await Store.CreateAsync("other", 1));
        var first = await Store.LockPublishingAsync(job.Id, Token);
        await (await Store.LockPublishingAsync(other.Id, Token)).DisposeAsync();
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var given = Store.LockPublishingAsync(job.Id, impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        var second = Store.LockPublishingAsync(job.Id, Token);
        await Store.GetAsync(job);
        Assert.False(second.IsCompleted);

        await first.DisposeAsync();
        await (await second).DisposeAsync();
    }

    [Fact]
    public async Task A_cancelled_job_takes_its_receipt_once()
    {
        var job = await Store.CreateAsync("k", 1);
        await Store.CancelAsync(job.Id, "mistake", Token);
        var finishedAt = (await Store.GetAsync(job)).FinishedAt;

        Assert.False(await Store.FinishAsync(job.Id, JobState.Running, TestJobs.Receipt('b'), Token));
        Assert.True(await Store.FinishAsync(job.Id, JobState.Cancelled, TestJobs.Receipt('c'), Token));
        Assert.True(await Store.FinishAsync(job.Id, JobState.Cancelled, TestJobs.Receipt('c'), Token));
        Assert.False(await Store.FinishAsync(job.Id, JobState.Cancelled, TestJobs.Receipt('d'), Token));

        job = await Store.GetAsync(job);
        Assert.Equal(
            (JobState.Cancelled, TestJobs.Receipt('c'), "mistake", finishedAt),
            (job.State, job.ReceiptSha256, job.Reason, job.FinishedAt));
    }
}
