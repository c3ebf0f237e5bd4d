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
    /// <remarks>A job that was resumed has only its speed of late.</remarks>
    public static TimeLeft? Of(JobGlance job, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (job.State != JobState.Running || job.IsForsaken || Pace.OfLate(job, now) is not { } late)
        {
            return null;
        }

        var overall = job.ResumedAt is null ? Pace.Overall(job, now) ?? late : late;
        return Of(job.Rows - job.Counts.Done, late, overall);
    }

    /// <summary>The range for some rows; null before there is a speed to trust.</summary>
    /// <param name="rowsLeft">How many.</param>
    /// <param name="late">How fast the job is of late.</param>
    /// <param name="overall">How fast it is since it began.</param>
    /// <remarks>
    /// From the lower to the higher of the two speeds, each off by as much as a number n of samples of late may be by chance,
    /// about 1/sqrt(n) of n; one more is counted, so that a single one says something too.
    /// </remarks>
    public static TimeLeft? Of(long rowsLeft, Pace late, Pace overall)
    {
        ArgumentNullException.ThrowIfNull(late);
        ArgumentNullException.ThrowIfNull(overall);
        if (late.Rows < FewestRows)
        {
            return null;
        }

        var luck = 1 / Math.Sqrt(late.Samples + 1);
        return new TimeLeft(
            Time(rowsLeft, Math.Max(late.RowsPerSecond, overall.RowsPerSecond) * (1 + luck)),
            Time(rowsLeft, Math.Min(late.RowsPerSecond, overall.RowsPerSecond) * (1 - luck)));
    }

    private static TimeSpan Time(long rows, double rowsPerSecond) =>
        rows < Most.TotalSeconds * rowsPerSecond ? TimeSpan.FromSeconds(rows / rowsPerSecond) : Most;
}
