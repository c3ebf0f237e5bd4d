namespace BatchLLM.Host.Service.Schedules;

/// <summary>Which firing an alarm of Quartz stands for.</summary>
internal static class FireTime
{
    /// <summary>How late a firing may be without being missed.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private const long TicksPerMicrosecond = TimeSpan.TicksPerMillisecond / 1000;

    /// <summary>The time it was due.</summary>
    /// <param name="times">When the schedule fires.</param>
    /// <param name="scheduled">What the alarm was set to: of one made up for, the first or any later of those missed, or the time itself.</param>
    /// <param name="actual">When it went off.</param>
    /// <remarks>
    /// All servers agree on it, whatever their clocks say: it is a time of the expression, not of a clock. Of several that were
    /// missed it is the last one, whose <c>{{date}}</c> is the one that is wanted.
    /// </remarks>
    public static DateTimeOffset? Of(CronTimes times, DateTimeOffset scheduled, DateTimeOffset actual) =>
        times.Latest(actual - scheduled > Grace ? actual : scheduled);

    /// <summary>The time of a firing that somebody asks for now, as exactly as the database keeps it.</summary>
    public static DateTimeOffset Now(TimeProvider time)
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TicksPerMicrosecond));
    }
}
