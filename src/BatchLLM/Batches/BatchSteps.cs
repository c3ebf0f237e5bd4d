using BatchLLM.Jobs;

namespace BatchLLM.Batches;

/// <summary>Decides what is to be done for a batch. Pure: a batch brings the time it was read at.</summary>
public static class BatchSteps
{
    /// <summary>The next step.</summary>
    public static BatchStep Of(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var isToStop = batch.CancellingAt is not null || batch.ReadAt >= batch.ExpiresAt;
        return batch switch
        {
            { End: not null } => BatchStep.Wait,
            { Job: null } => isToStop ? BatchStep.Finish : BatchStep.Validate,
            { Job.State: JobState.Failed } => BatchStep.Fail,
            { Job.IsOver: true } => BatchStep.Finish,
            _ => isToStop ? BatchStep.StopJob : BatchStep.Wait,
        };
    }

    /// <summary>How a batch ends that has nothing left to do. One whose job somebody else cancelled is cancelled, too.</summary>
    public static BatchStatus EndOf(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var over = batch.Job?.FinishedAt ?? batch.ReadAt;
        return batch.CancellingAt is not null ? BatchStatus.Cancelled
            : batch.Job?.State == JobState.Completed ? BatchStatus.Completed
            : over >= batch.ExpiresAt ? BatchStatus.Expired
            : BatchStatus.Cancelled;
    }
}
