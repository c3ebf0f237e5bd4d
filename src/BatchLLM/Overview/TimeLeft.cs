using BatchLLM.Jobs;

namespace BatchLLM.Overview;

/// <summary>How long a job will still take, as a range. Pure.</summary>
/// <param name="Shortest">If it goes on as fast as it ever did.</param>
/// <param name="Longest">If it goes on as slowly as it ever did.</param>
public readonly record struct TimeLeft(TimeSpan Shortest, TimeSpan Longest)
{
    private const int FewestRows = 20; // The first few say nothing: they may all be rows that failed at once.

    private static readonly TimeSpan Most = TimeSpan.FromDays(3650);

    /// <summary>The range; null for a job that does not run or that no worker has any of, or before there is a speed to trust.</summary>
    /// <remarks>
    /// From the lower to the higher of two speeds, the one of late and the one since the job was planned, each off by as much
    /// as a number n of groups of commits may be by chance, about 1/sqrt(n) of n; one more is counted, so that a single one
    /// says something too. A job that was resumed has only its speed of late.
    /// </remarks>
    public static TimeLeft? Of(JobGlance job, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (job.State != JobState.Running || job.IsForsaken || Pace.OfLate(job, now) is not { Rows: >= FewestRows } late)
        {
            return null;
        }

        var overall = job.ResumedAt is null ? Pace.Overall(job, now) ?? late : late;
        var luck = 1 / Math.Sqrt(late.Samples + 1);
        var left = job.Rows - job.Counts.Done;
        return new TimeLeft(
            Time(left, Math.Max(late.RowsPerSecond, overall.RowsPerSecond) * (1 + luck)),
            Time(left, Math.Min(late.RowsPerSecond, overall.RowsPerSecond) * (1 - luck)));
    }

    private static TimeSpan Time(long rows, double rowsPerSecond) =>
        rows < Most.TotalSeconds * rowsPerSecond ? TimeSpan.FromSeconds(rows / rowsPerSecond) : Most;
}
