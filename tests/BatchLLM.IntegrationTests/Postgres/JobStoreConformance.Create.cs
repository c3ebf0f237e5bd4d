using BatchLLM.Jobs;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

public abstract partial class JobStoreConformance
{
    [Fact]
    public async Task A_new_job_is_running_and_nothing_of_it_is_done()
    {
        var (job, created) = await Store.CreateAsync(TestJobs.Job("k", 3), TestJobs.Shards(3), false, Token);

        Assert.True(created);
        Assert.Equal(JobState.Running, job.State);
        Assert.Equal((3, 0, default(RowCounts)), (job.ShardCount, job.CommittedShards, job.Counts));
        Assert.Null(job.Reason);
        Assert.Null(job.FinishedAt);
        Assert.Null(job.ReceiptSha256);
        Assert.InRange(DateTimeOffset.UtcNow - job.CreatedAt, TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_job_comes_back_as_it_was_given()
    {
        var given = TestJobs.Job("k", 1) with
        {
            SpecJson = "{ \"b\":1,\"a\" : 1.0,\n\t\"a\": \"{{text}} \u00e9\ud83d\ude00\" }\n",
            Inputs =
            [
                new InputFile("file:///a b/%20.jsonl", DataFormat.Jsonl, 0, "\"etag'"),
                new InputFile("s3://bucket/\u00e9.parquet", DataFormat.Parquet, long.MaxValue, ""),
            ],
        };
        var (job, _) = await Store.CreateAsync(given, TestJobs.Shards(1), false, Token);

        var found = await Store.FindAsync(job.Id, Token);

        Assert.Equal(given with { Inputs = [] }, found!.Definition with { Inputs = [] });
        Assert.Equal(given.Inputs, found.Definition.Inputs);
    }

    [Fact]
    public async Task Shards_come_back_as_they_were_given()
    {
        NewShard[] given =
        [
            new(0, new RowRange(1, 4, 0, 1), [2, 4]),
            new(0, new RowRange(5, 1, 9_999_999_999, 7_000_000_000), []),
            new(1, new RowRange(1, 5, 0, 0), [1]),
        ];
        var definition = TestJobs.Job("k", 1);
        var (job, _) = await Store.CreateAsync(definition, given, false, Token);

        var leases = await Store.LeaseAsync(job, 10);

        Assert.Equal([0, 1, 2], leases.Select(lease => lease.ShardIndex));
        Assert.Equal(given.Select(shard => shard.FileIndex), leases.Select(lease => lease.Shard.FileIndex));
        Assert.Equal(given.Select(shard => shard.Range), leases.Select(lease => lease.Shard.Range));
        Assert.Equal(given.Select(shard => shard.DuplicateRows), leases.Select(lease => lease.Shard.DuplicateRows));
    }

    [Fact]
    public async Task Ids_ascend()
    {
        var first = await Store.CreateAsync("a", 1);
        var second = await Store.CreateAsync("b", 1);

        Assert.True(second.Id > first.Id);
    }

    [Fact]
    public async Task The_same_key_is_the_same_job_whatever_its_state_unless_it_is_cancelled()
    {
        var job = await Store.CreateAsync("k", 1);
        await AssertSameAsync(JobState.Running);
        await Store.PauseAsync(job.Id, "enough", Token);
        await AssertSameAsync(JobState.Paused);
        await Store.ResumeAsync(job.Id, null, Token);
        await Store.CompleteAsync(job);
        await AssertSameAsync(JobState.Completed);

        async Task AssertSameAsync(JobState state)
        {
            var (same, created) = await Store.CreateAsync(TestJobs.Job("k", 2), TestJobs.Shards(2), false, Token);
            Assert.Equal((job.Id, false, state, 1), (same.Id, created, same.State, same.ShardCount));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancelled_job_does_not_keep_its_key(bool again)
    {
        var cancelled = await Store.CreateAsync("k", 1);
        await Store.CancelAsync(cancelled.Id, "mistake", Token);

        var (job, created) = await Store.CreateAsync(TestJobs.Job("k", 1), TestJobs.Shards(1), again, Token);

        Assert.True(created);
        Assert.True(job.Id > cancelled.Id);
    }

    [Fact]
    public async Task Again_runs_a_completed_key_anew()
    {
        var first = await Store.CompleteAsync(await Store.CreateAsync("k", 1));

        var (second, created) = await Store.CreateAsync(TestJobs.Job("k", 1), TestJobs.Shards(1), true, Token);

        Assert.True(created);
        Assert.True(second.Id > first.Id);
        Assert.Equal((JobState.Running, 0), (second.State, second.CommittedShards));
        Assert.Equal(second.Id, (await Store.FindByKeyAsync("k", Token))!.Id);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Again_joins_a_run_that_is_not_over(bool paused)
    {
        var job = await Store.CreateAsync("k", 1);
        if (paused)
        {
            await Store.PauseAsync(job.Id, "enough", Token);
        }

        var (same, created) = await Store.CreateAsync(TestJobs.Job("k", 1), TestJobs.Shards(1), true, Token);

        Assert.Equal((job.Id, false), (same.Id, created));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Creators_at_the_same_time_get_one_job(bool again)
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => Store.CreateAsync(TestJobs.Job("k", 20), TestJobs.Shards(20), again, Token)));

        Assert.Single(results, result => result.Created);
        Assert.Single(results.Select(result => result.Job.Id).Distinct());
        Assert.Equal(20, (await Store.LeaseAsync(results[0].Job, 1000)).Count);
    }

    [Fact]
    public async Task An_unknown_job_is_null_and_nothing_can_be_done_with_it()
    {
        Assert.Null(await Store.FindAsync(12345, Token));
        Assert.Null(await Store.FindByKeyAsync("nobody's", Token));
        Assert.Empty(await Store.LeaseAsync(12345, "w", 1, TestJobs.Minute, Token));
        Assert.Empty(await Store.ListCommittedAsync(12345, Token));
        Assert.False(await Store.PauseAsync(12345, "r", Token));
        Assert.False(await Store.ResumeAsync(12345, null, Token));
        Assert.False(await Store.CancelAsync(12345, "r", Token));
        Assert.False(await Store.FinishAsync(12345, JobState.Running, TestJobs.Receipt('c'), Token));
    }

    [Fact]
    public async Task A_key_finds_its_newest_job_that_is_not_cancelled()
    {
        var completed = await Store.CompleteAsync(await Store.CreateAsync("k", 1));
        var cancelled = await Store.CreateAsync("k", 1, again: true);
        Assert.Equal(cancelled.Id, (await Store.FindByKeyAsync("k", Token))!.Id);

        await Store.CancelAsync(cancelled.Id, "mistake", Token);

        Assert.Equal(completed.Id, (await Store.FindByKeyAsync("k", Token))!.Id);
    }

    [Fact]
    public async Task The_newest_jobs_are_listed_first()
    {
        var first = await Store.CreateAsync("a", 1);
        var second = await Store.CreateAsync("b", 1);
        var third = await Store.CreateAsync("c", 1);

        Assert.Equal([third.Id, second.Id], (await Store.ListAsync(2, Token)).Select(job => job.Id));
        Assert.Equal([third.Id, second.Id, first.Id], (await Store.ListAsync(100, Token)).Select(job => job.Id));
    }
}
