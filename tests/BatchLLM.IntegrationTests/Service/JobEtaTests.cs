using BatchLLM.Host.Service.Jobs;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Service;

public sealed class JobEtaTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(50, 100, 100.0)]
    [InlineData(99, 99, 1.0)]
    [InlineData(100, 100, 0.0)]
    public void The_rest_takes_as_long_as_the_rows_before_did(int done, int seconds, double expected) =>
        Assert.Equal(expected, JobEta.Seconds(Job(done), Start.AddSeconds(seconds)));

    [Fact]
    public void A_clock_that_is_behind_the_databases_gives_no_negative_time() =>
        Assert.Equal(0, JobEta.Seconds(Job(50), Start.AddMinutes(-10)));

    [Fact]
    public void Nothing_is_said_of_few_rows_and_of_jobs_that_do_not_run()
    {
        Assert.Null(JobEta.Seconds(Job(19), Start.AddSeconds(10)));
        Assert.Null(JobEta.Seconds(Job(50) with { State = JobState.Paused }, Start.AddSeconds(10)));
        Assert.Null(JobEta.Seconds(Job(50) with { PlannedAt = null }, Start.AddSeconds(10)));
    }

    /// <summary>A job of a hundred rows.</summary>
    private static Job Job(int done) => new()
    {
        Id = 1,
        Definition = TestJobs.Job("key", shards: 100 / TestJobs.RowsPerShard),
        State = JobState.Running,
        Counts = new RowCounts(done, 0, 0, 0, 0),
        ShardCount = 100 / TestJobs.RowsPerShard,
        CommittedShards = done / TestJobs.RowsPerShard,
        CreatedAt = Start.AddDays(-1),
        PlannedAt = Start,
    };
}
