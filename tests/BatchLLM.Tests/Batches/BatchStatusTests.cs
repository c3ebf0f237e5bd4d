using BatchLLM.Batches;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.Tests.Batches;

/// <summary>Where a batch stands and what is done next, by what is known of it.</summary>
public sealed class BatchStatusTests
{
    [Fact]
    public void A_new_batch_is_looked_at() => AssertIs(TestBatch.At(0), "validating", BatchStep.Validate);

    [Theory]
    [InlineData(JobState.Queued)]
    [InlineData(JobState.Running)]
    [InlineData(JobState.Paused)]
    public void One_whose_job_is_not_over_is_in_progress(JobState state)
    {
        AssertIs(Begun(1, TestBatch.Job(state)), "in_progress", BatchStep.Wait);
        AssertIs(Begun(60, TestBatch.Job(state)), "in_progress", BatchStep.StopJob);
        AssertIs(
            Begun(2, TestBatch.Job(state)) with { CancellingAt = TestBatch.Start.AddMinutes(2) }, "cancelling", BatchStep.StopJob);
    }

    [Fact]
    public void One_whose_job_is_complete_is_finalizing_and_ends_as_completed()
    {
        var batch = Begun(90, TestBatch.Job(JobState.Completed, finished: 61));

        AssertIs(batch, "finalizing", BatchStep.Finish);
        Assert.Equal(BatchStatus.Completed, BatchSteps.EndOf(batch));
        Assert.Equal(TestBatch.Start.AddMinutes(61), batch.FinalizingAt);
    }

    [Fact]
    public void One_that_was_stopped_at_the_end_of_its_window_is_expired()
    {
        var batch = Begun(61, TestBatch.Job(JobState.Cancelled, finished: 60));

        AssertIs(batch, "finalizing", BatchStep.Finish);
        Assert.Equal(BatchStatus.Expired, BatchSteps.EndOf(batch));
    }

    [Fact]
    public void One_whose_job_somebody_else_cancelled_before_is_cancelled_however_late_that_is_seen() =>
        Assert.Equal(BatchStatus.Cancelled, BatchSteps.EndOf(Begun(90, TestBatch.Job(JobState.Cancelled, finished: 59))));

    [Fact]
    public void A_wish_to_cancel_wins()
    {
        var batch = Begun(61, TestBatch.Job(JobState.Completed, finished: 60)) with { CancellingAt = TestBatch.Start };

        AssertIs(batch, "cancelling", BatchStep.Finish);
        Assert.Equal(BatchStatus.Cancelled, BatchSteps.EndOf(batch));
    }

    [Fact]
    public void One_that_never_began_ends_without_a_job()
    {
        AssertIs(TestBatch.At(60), "validating", BatchStep.Finish);
        Assert.Equal(BatchStatus.Expired, BatchSteps.EndOf(TestBatch.At(60)));
        var cancelled = TestBatch.At(1) with { CancellingAt = TestBatch.Start };
        AssertIs(cancelled, "cancelling", BatchStep.Finish);
        Assert.Equal(BatchStatus.Cancelled, BatchSteps.EndOf(cancelled));
    }

    [Fact]
    public void A_job_that_failed_fails_its_batch() =>
        AssertIs(Begun(1, TestBatch.Job(JobState.Failed, finished: 1)), "in_progress", BatchStep.Fail);

    [Fact]
    public void One_that_is_over_stays_as_it_is_whatever_else_is_known_of_it()
    {
        foreach (var end in new[] { BatchStatus.Completed, BatchStatus.Failed, BatchStatus.Expired, BatchStatus.Cancelled })
        {
            var batch = Begun(90, TestBatch.Job(JobState.Running)) with { CancellingAt = TestBatch.Start, End = end };
            AssertIs(batch, BatchStatuses.Name(end), BatchStep.Wait);
        }
    }

    [Fact]
    public void Statuses_have_the_names_that_the_official_clients_know() => Assert.Equal(
        ["validating", "failed", "in_progress", "finalizing", "completed", "expired", "cancelling", "cancelled"],
        Enum.GetValues<BatchStatus>().Select(BatchStatuses.Name));

    private static Batch Begun(int minutes, BatchJob job) =>
        TestBatch.At(minutes) with { InProgressAt = TestBatch.Start.AddMinutes(1), RequestCount = 3, Job = job };

    private static void AssertIs(Batch batch, string status, BatchStep step) =>
        Assert.Equal((status, step), (BatchStatuses.Name(batch.Status), BatchSteps.Of(batch)));
}
