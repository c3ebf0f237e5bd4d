using BatchLLM.Jobs;
using BatchLLM.Retention;
using Xunit;

namespace BatchLLM.Tests.Jobs;

public sealed class RetryRulesTests
{
    [Theory]
    [InlineData(JobState.Completed, 3, true, null)]
    [InlineData(JobState.Cancelled, 3, true, null)]
    [InlineData(JobState.Completed, 0, true, "Job 7 has no failed rows.")]
    [InlineData(JobState.Running, 3, false, "Job 7 is running; its failed rows are retried when it is over.")]
    [InlineData(JobState.Paused, 3, false, "Job 7 is paused; its failed rows are retried when it is over.")]
    [InlineData(JobState.Queued, 0, false, "Job 7 is queued; its failed rows are retried when it is over.")]
    [InlineData(JobState.Cancelled, 3, false, "Job 7 is cancelled, and its output is not published yet. Cancel it once more, and that is done.")]
    [InlineData(JobState.Failed, 0, false, "Job 7 failed before any of its rows ran. Correct that and hand it in anew: no model")]
    public void A_job_is_retried_once_it_is_over_and_has_failed_rows(JobState state, long failed, bool hasReceipt, string? expected) =>
        Assert.Equal(expected, RetryRules.Refusal(Job(state, failed) with { ReceiptSha256 = hasReceipt ? new string('a', 64) : null }));

    [Fact]
    public void A_job_whose_results_were_removed_is_over_for_good()
    {
        var removed = new ResultRemoval(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(9), Note: null);
        var job = Job(JobState.Completed, 3) with { ReceiptSha256 = new string('a', 64) };

        Assert.Equal(
            "Job 7 is over for good: its results were removed at 1970-01-01 00:00:09Z. The rows that did not fail would be taken from there.",
            RetryRules.Refusal(job with { Removal = removed }));
        Assert.Contains(
            "its results are being removed, because their time is over.",
            RetryRules.Refusal(job with { Removal = removed with { EndedAt = null } }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_that_was_cancelled_before_it_was_planned_has_nothing_to_retry()
    {
        var job = Job(JobState.Cancelled, 0);

        Assert.Equal(
            "Job 7 was cancelled before any of its rows ran. Hand it in anew.",
            RetryRules.Refusal(job with { Definition = job.Definition with { Key = null } }));
    }

    private static Job Job(JobState state, long failed) => new()
    {
        Id = 7,
        Definition = new NewJob("job", "key", "{}", "/model", "file:///out", [], 10),
        State = state,
        Reason = "no model",
        Counts = new RowCounts(10 - failed, 0, failed, 0, 0),
        ShardCount = 1,
        CommittedShards = 1,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };
}
