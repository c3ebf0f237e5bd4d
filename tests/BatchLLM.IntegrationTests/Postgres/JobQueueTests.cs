using BatchLLM.Jobs;
using Npgsql;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>Handing jobs in, and looking at them.</summary>
public sealed class JobQueueTests(TestCluster cluster) : IAsyncLifetime
{
    private QueueBench? _bench;

    private QueueBench Bench => _bench ?? throw new InvalidOperationException("Not started.");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await QueueBench.OpenAsync(cluster);

    public ValueTask DisposeAsync() => Bench.DisposeAsync();

    [Fact]
    public async Task A_submitted_job_is_queued_as_it_was_handed_in_and_nothing_of_it_is_known()
    {
        var deadline = new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.FromHours(2));
        var submission = QueueBench.Submission("\u00e9 '; drop table batchllm.jobs; --", "acme", 7) with { Deadline = deadline };

        var (job, created) = await Bench.Queue.SubmitAsync(submission, Token);

        Assert.True(created);
        Assert.Equal((JobState.Queued, "acme", 7), (job.State, job.Tenant, job.Priority));
        Assert.Equal(deadline, job.Deadline);
        Assert.Equal(
            (submission.Name, submission.SpecJson, submission.Model, submission.OutputUri, null, 0),
            (job.Definition.Name, job.Definition.SpecJson, job.Definition.Model, job.Definition.OutputUri, job.Definition.Key, job.Definition.RowCount));
        Assert.Empty(job.Definition.Inputs);
        Assert.Equal((0, false, null), (job.ShardCount, job.IsPlanned, job.PlannedAt));
        Assert.Equal(new QueueWait(null, null, 0, null), job.Wait);
        Assert.Empty(await Bench.Store.LeaseAsync(job, 1));
    }

    [Fact]
    public async Task A_repeated_submission_is_the_first_ones_job_in_whatever_state()
    {
        var submission = QueueBench.Submission("a") with { Idempotency = new IdempotencyKey("once", TestJobs.Receipt('a')) };
        var (first, _) = await Bench.Queue.SubmitAsync(submission, Token);
        await Bench.Store.CancelAsync(first.Id, "mistake", Token);

        var (second, created) = await Bench.Queue.SubmitAsync(submission, Token);

        Assert.Equal((first.Id, false, JobState.Cancelled), (second.Id, created, second.State));
    }

    [Fact]
    public async Task An_idempotency_key_with_another_request_is_refused()
    {
        var submission = QueueBench.Submission("a") with { Idempotency = new IdempotencyKey("once", TestJobs.Receipt('a')) };
        var (first, _) = await Bench.Queue.SubmitAsync(submission, Token);

        var error = await Assert.ThrowsAsync<IdempotencyConflictException>(() => Bench.Queue.SubmitAsync(
            submission with { Idempotency = new IdempotencyKey("once", TestJobs.Receipt('b')) }, Token));

        Assert.Equal((first.Id, false), (error.JobId, error.IsTransient));
        Assert.Single(await Bench.Queue.ListAsync(new JobFilter(), 10, Token));
    }

    [Fact]
    public async Task An_idempotency_key_is_its_tenants_own_and_without_one_each_submission_is_a_job()
    {
        var key = new IdempotencyKey("once", TestJobs.Receipt('a'));
        var (first, _) = await Bench.Queue.SubmitAsync(QueueBench.Submission("a") with { Idempotency = key }, Token);
        var (other, created) = await Bench.Queue.SubmitAsync(QueueBench.Submission("a", "acme") with { Idempotency = key }, Token);

        Assert.True(created);
        Assert.NotEqual(first.Id, other.Id);
        Assert.NotEqual((await Bench.SubmitAsync("a")).Id, (await Bench.SubmitAsync("a")).Id);
    }

    [Fact]
    public async Task Submitters_at_the_same_time_with_one_key_get_one_job()
    {
        var submission = QueueBench.Submission("a") with { Idempotency = new IdempotencyKey("once", TestJobs.Receipt('a')) };

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Bench.Queue.SubmitAsync(submission, Token)));

        Assert.Single(results, result => result.Created);
        Assert.Single(results.Select(result => result.Job.Id).Distinct());
    }

    [Theory]
    [InlineData("")]
    [InlineData("Acme")]
    [InlineData("a b")]
    [InlineData("\u0131")]
    [InlineData("a'")]
    public async Task What_is_no_tenant_is_refused(string tenant) => await Assert.ThrowsAsync<ArgumentException>(
        () => Bench.Queue.SubmitAsync(QueueBench.Submission("a", tenant), Token));

    [Theory]
    [InlineData(-101)]
    [InlineData(101)]
    public async Task What_is_no_priority_is_refused(int priority) => await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
        () => Bench.Queue.SubmitAsync(QueueBench.Submission("a", priority: priority), Token));

    [Fact]
    public async Task Jobs_are_listed_newest_first_in_pages_and_by_tenant_name_and_state()
    {
        var a = await Bench.SubmitAsync("a");
        var b = await Bench.SubmitAsync("b", "acme");
        var c = await Bench.SubmitAsync("a", "acme");
        await Bench.Store.CancelAsync(b.Id, "mistake", Token);

        Assert.Equal([c.Id, b.Id, a.Id], await IdsAsync(new JobFilter(), 10));
        Assert.Equal([c.Id, b.Id], await IdsAsync(new JobFilter(), 2));
        Assert.Equal([a.Id], await IdsAsync(new JobFilter { Before = b.Id }, 2));
        Assert.Equal([c.Id, b.Id], await IdsAsync(new JobFilter { Tenant = "acme" }, 10));
        Assert.Equal([c.Id, a.Id], await IdsAsync(new JobFilter { Name = "a" }, 10));
        Assert.Equal([b.Id], await IdsAsync(new JobFilter { States = [JobState.Cancelled, JobState.Failed] }, 10));
        Assert.Empty(await IdsAsync(new JobFilter { Tenant = "acme", States = [JobState.Running] }, 10));
    }

    /// <summary>The queue never asks for any of these; the tables refuse them all the same.</summary>
    [Theory]
    [InlineData("update batchllm.jobs set state = 'running'")]
    [InlineData("update batchllm.jobs set key = 'k'")]
    [InlineData("update batchllm.jobs set row_count = 1")]
    [InlineData("update batchllm.jobs set state = 'failed', finished_at = now()")]
    [InlineData("update batchllm.jobs set planner = 'w'")]
    [InlineData("update batchllm.jobs set tenant = 'A'")]
    [InlineData("update batchllm.jobs set priority = 101")]
    [InlineData("update batchllm.jobs set idempotency_key = 'k'")]
    [InlineData("update batchllm.jobs set state = 'cancelled', reason = 'r', finished_at = now(), receipt_sha256 = repeat('a', 64)")]
    public async Task The_tables_refuse_impossible_states(string update)
    {
        await Bench.SubmitAsync("a");

        var error = await Assert.ThrowsAsync<PostgresException>(() => Bench.ExecuteAsync(update));

        Assert.Equal(PostgresErrorCodes.CheckViolation, error.SqlState);
    }

    private async Task<IEnumerable<long>> IdsAsync(JobFilter filter, int limit) =>
        (await Bench.Queue.ListAsync(filter, limit, Token)).Select(job => job.Id);
}
