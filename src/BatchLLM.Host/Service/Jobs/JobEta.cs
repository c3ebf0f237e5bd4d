using BatchLLM.Jobs;

namespace BatchLLM.Host.Service.Jobs;

/// <summary>How long a job will take, by what it did since it was planned. Pure: the caller brings the clock.</summary>
internal static class JobEta
{
    private const int FewestRows = 20; // The first few say nothing: they may all be rows that failed at once.

    /// <summary>
    /// Whole seconds to go at the average speed; null for a job that does not run, for a retry, whose rows are few and other ones,
    /// or before there is a speed to trust.
    /// </summary>
    /// <remarks>
    /// The average, because only shards that were committed are known here, and they come in gulps: at the speed of the last
    /// seconds a job would seem to stand still in between.
    /// </remarks>
    public static double? Seconds(Job job, DateTimeOffset now)
    {
        if (job.State != JobState.Running || job.Retries > 0 || (job.ApprovedAt ?? job.PlannedAt) is not { } start || job.Counts.Done < FewestRows)
        {
            return null;
        }

        var left = job.Definition.RowCount - job.Counts.Done;
        return Math.Ceiling(Math.Max(0, (now - start).TotalSeconds) * left / job.Counts.Done);
    }
}
