using BatchLLM.Jobs;

namespace BatchLLM.Schedules;

/// <summary>What the placeholders of a schedule's addresses stand for.</summary>
/// <param name="Local">When the firing was due, on the clocks of the schedule's zone.</param>
/// <param name="Schedule">The schedule's name.</param>
public sealed record FireMoment(DateTime Local, string Schedule)
{
    /// <summary>The moment of a firing.</summary>
    /// <param name="fireTime">When it was due.</param>
    /// <param name="zone">The schedule's zone.</param>
    /// <param name="schedule">The schedule's name.</param>
    public static FireMoment Of(DateTimeOffset fireTime, TimeZoneInfo zone, string schedule) =>
        new(TimeZoneInfo.ConvertTime(fireTime, zone).DateTime, schedule);

    /// <summary>The job with its addresses filled in.</summary>
    public JobSpec Fill(JobSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec with
        {
            Inputs = [.. spec.Inputs.Select(input => input with { Uri = DatePlaceholder.Fill(input.Uri, this) })],
            Output = spec.Output with { Uri = DatePlaceholder.Fill(spec.Output.Uri, this) },
            Incremental = spec.Incremental is { Since: { } since } ? new IncrementalSpec(DatePlaceholder.Fill(since, this)) : spec.Incremental,
        };
    }
}
