using BatchLLM.Jobs;
using BatchLLM.Postgres.Database;
using BatchLLM.Postgres.Jobs;
using BatchLLM.Postgres.Queue;
using Npgsql;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>Each operation, when it took effect and the connection broke before its answer came: repeated, not doubled.</summary>
public sealed class LostAnswerTests(TestCluster cluster) : IAsyncLifetime
{
    private LostAnswerProxy? _proxy;
    private PostgresDatabase? _database;
    private PostgresJobStore? _store;
    private PostgresJobQueue? _queue;

    private PostgresJobStore Store => _store ?? throw new InvalidOperationException("Not started.");

    private PostgresJobQueue Queue => _queue ?? throw new InvalidOperationException("Not started.");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var address = new NpgsqlConnectionStringBuilder((await cluster.CreateDatabaseAsync()).ConnectionString);
        _proxy = new LostAnswerProxy(address.Host!);
        (address.Host, address.Port) = ("127.0.0.1", _proxy.Port);
        _database = await PostgresDatabase.OpenAsync(
            DatabaseAddress.Parse(address.ConnectionString), new RetryPolicy(), TimeProvider.System, null, Token);
        _store = new PostgresJobStore(_database);
        _queue = new PostgresJobQueue(_database);
    }

    public async ValueTask DisposeAsync()
    {
        await _database!.DisposeAsync();
        await _proxy!.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_creation_makes_one_job_and_knows_that_it_made_it(bool again)
    {
        var (job, created) = await LosingTheAnswerAsync(
            store => store.CreateAsync(TestJobs.Job("k", 3), TestJobs.Shards(3), again, Token));

        Assert.True(created);
        Assert.Equal(job.Id, Assert.Single(await Store.ListAsync(10, Token)).Id);
        Assert.Equal(3, (await Store.LeaseAsync(job, 10)).Count);
    }

    [Fact]
    public async Task A_lease_takes_the_same_shards_again()
    {
        var job = await Store.CreateAsync("k", 3);

        var leases = await LosingTheAnswerAsync(store => store.LeaseAsync(job, 2));

        Assert.Equal([0, 1], leases.Select(lease => lease.ShardIndex));
        Assert.Equal(leases, await Store.RenewAsync(leases, TestJobs.Minute, Token));
    }

    [Fact]
    public async Task A_commit_counts_once()
    {
        var job = await Store.CreateAsync("k", 1);
        var lease = Assert.Single(await Store.LeaseAsync(job, 1));

        Assert.True(await LosingTheAnswerAsync(store => store.CommitAsync(lease, TestJobs.Output(lease), TestJobs.NeverPause, Token)));

        job = await Store.GetAsync(job);
        Assert.Equal((1, (long)TestJobs.RowsPerShard), (job.CommittedShards, job.Counts.Done));
    }

    [Fact]
    public async Task Transitions_say_that_they_took_effect()
    {
        var job = await Store.CreateAsync("k", 1);

        Assert.True(await LosingTheAnswerAsync(store => store.PauseAsync(job.Id, "enough", Token)));
        Assert.True(await LosingTheAnswerAsync(store => store.ResumeAsync(job.Id, "{}", Token)));
        await Store.CommitAllAsync(job);
        Assert.True(await LosingTheAnswerAsync(store => store.FinishAsync(job.Id, JobState.Running, TestJobs.Receipt('c'), Token)));

        var other = await Store.CreateAsync("l", 1);
        Assert.True(await LosingTheAnswerAsync(store => store.CancelAsync(other.Id, "mistake", Token)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_submission_makes_one_job_and_knows_that_it_made_it(bool hasKey)
    {
        var submission = QueueBench.Submission("a") with
        {
            Idempotency = hasKey ? new IdempotencyKey("once", TestJobs.Receipt('a')) : null,
        };

        var (job, created) = await LosingTheAnswerAsync(() => Queue.SubmitAsync(submission, Token));

        Assert.True(created);
        Assert.Equal(job.Id, Assert.Single(await Store.ListAsync(10, Token)).Id);
    }

    [Fact]
    public async Task A_claim_claims_one_job_and_planning_it_plans_it_once()
    {
        await Queue.SubmitAsync(QueueBench.Submission("a"), Token);
        await Queue.SubmitAsync(QueueBench.Submission("b"), Token);

        var claim = (await LosingTheAnswerAsync(() => Queue.ClaimAsync(QueueBench.Offer(), Token)))!.Plan!;
        var isPlanned = await LosingTheAnswerAsync(
            () => Queue.PlanAsync(claim, TestJobs.Job("k", 3), TestJobs.Shards(3), Token));
        await Store.LeaseAsync(claim.JobId, "w", 3, TestJobs.Minute, Token);
        var other = (await Queue.ClaimAsync(QueueBench.Offer(), Token))!;
        var hasFailed = other.Plan is { } plan && await LosingTheAnswerAsync(() => Queue.FailAsync(plan, "no file", Token));

        Assert.Equal((1, true, true), (claim.Epoch, isPlanned, hasFailed));
        Assert.Equal([JobState.Failed, JobState.Running], (await Store.ListAsync(10, Token)).Select(job => job.State));
    }

    private Task<T> LosingTheAnswerAsync<T>(Func<IJobStore, Task<T>> operation) =>
        LosingTheAnswerAsync(() => operation(Store));

    private async Task<T> LosingTheAnswerAsync<T>(Func<Task<T>> operation)
    {
        _proxy!.Arm();
        var result = await operation();
        Assert.True(_proxy.IsSpent, "The connection was never cut.");
        return result;
    }
}
