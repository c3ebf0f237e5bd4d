using BatchLLM.Dashboard;
using BatchLLM.Jobs;
using BatchLLM.Overview;
using BatchLLM.Postgres.Overview;

namespace BatchLLM.Host.Service.Pages;

/// <summary>Reads a job's throughput: a look at all of its shards, of which there may be a hundred thousand.</summary>
/// <param name="overview">What was committed.</param>
/// <param name="time">The clock.</param>
internal sealed class ThroughputReader(PostgresJobOverview overview, TimeProvider time)
{
    private readonly SparingReader<(int Shards, TimeSpan Interval, int Count), ThroughputChart> _kept = new(time);

    /// <summary>Its chart up to now, or up to when it was over or paused.</summary>
    public Task<ThroughputChart> ReadAsync(JobGlance job, CancellationToken cancellationToken)
    {
        var span = job.PlannedAt is { } start ? EndOf(job) - start : TimeSpan.Zero;
        var interval = ThroughputChart.IntervalOf(span);
        return _kept.ReadAsync(
            job.Id,
            (job.CommittedShards, interval, (int)(span / interval)),
            mayBeOld: !job.IsOver,
            async () => new ThroughputChart(
                interval, span, await overview.ListThroughputAsync(job.Id, interval, cancellationToken)));
    }

    // A job that is paused stands still: its chart does not run on.
    private static DateTimeOffset EndOf(JobGlance job) => job switch
    {
        { FinishedAt: { } finished } => finished,
        { State: JobState.Running } => job.SeenAt,
        { Commits: [var newest, ..] } => newest.At,
        _ => job.PlannedAt ?? job.SeenAt,
    };
}
