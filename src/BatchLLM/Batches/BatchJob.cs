using BatchLLM.Jobs;

namespace BatchLLM.Batches;

/// <summary>How the job of a batch stands.</summary>
/// <param name="Id">The job.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Reason">Why it is paused, cancelled or failed; null otherwise.</param>
/// <param name="Counts">Its rows and tokens so far.</param>
/// <param name="FinishedAt">When it was over; null before.</param>
public sealed record BatchJob(long Id, JobState State, string? Reason, RowCounts Counts, DateTimeOffset? FinishedAt)
{
    /// <summary>True if it never runs again.</summary>
    public bool IsOver => State is JobState.Completed or JobState.Cancelled or JobState.Failed;
}
