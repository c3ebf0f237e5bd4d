namespace BatchLLM.Overview;

/// <summary>How fast a job is. Pure: the store brings the clock.</summary>
/// <param name="RowsPerSecond">Rows a second.</param>
/// <param name="TokensPerSecond">Prompt and completion tokens a second.</param>
/// <param name="Rows">Rows that it was measured by.</param>
/// <param name="Samples">Groups of commits that it was measured by; in the process that runs it, readings at which more rows had ended.</param>
public sealed record Pace(double RowsPerSecond, double TokensPerSecond, long Rows, int Samples)
{
    /// <summary>Over the newest commits; null for a job that has none since it was planned or resumed.</summary>
    /// <remarks>
    /// A number of commits and not of seconds, because a shard takes from milliseconds to an hour: any fixed time would show
    /// nothing of the slow ones, or long-gone times of the fast ones. Whole groups, from the first one's lease, because shards
    /// that are computed together are committed together: between such commits stands most of the time that they took.
    /// </remarks>
    public static Pace? OfLate(JobGlance job, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(job);
        if ((job.ResumedAt ?? job.PlannedAt) is not { } start)
        {
            return null;
        }

        var groups = job.Commits.Where(group => group.At > start).ToList();
        if (groups.Sum(group => group.Shards) >= JobGlance.MostCommits)
        {
            // There are older ones, perhaps of the oldest group too.
            if (groups.Count > 1)
            {
                groups.RemoveAt(groups.Count - 1);
            }

            start = Later(start, groups.Min(group => group.LeasedAt));
        }

        return groups.Count == 0
            ? null
            : Of(groups.Sum(group => group.Rows), groups.Sum(group => group.Tokens), groups.Count, EndOf(groups, now) - start);
    }

    /// <summary>From when it was planned until now, or until it was over, pauses included.</summary>
    public static Pace? Overall(JobGlance job, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(job);
        // What a retried job was before says nothing of the retry, and the time between would count.
        return job is { PlannedAt: { } start, Retries: 0 }
            ? Of(job.Counts.Done, job.Tokens, job.CommittedShards, (job.FinishedAt ?? now) - start)
            : null;
    }

    // What is under way is not committed yet, so its time does not count, until it takes longer than any did: then the job has
    // become slower, and is shown so.
    private static DateTimeOffset EndOf(List<CommitGroup> groups, DateTimeOffset now) =>
        Later(groups.Max(group => group.At), now - groups.Max(group => group.At - group.LeasedAt));

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static Pace? Of(long rows, long tokens, int samples, TimeSpan time) =>
        samples > 0 && time > TimeSpan.Zero ? new Pace(rows / time.TotalSeconds, tokens / time.TotalSeconds, rows, samples) : null;
}
