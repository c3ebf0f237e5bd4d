using BatchLLM.Jobs;

namespace BatchLLM.Schedules;

/// <summary>A schedule as its author says it.</summary>
public sealed record ScheduleDefinition
{
    /// <summary>The zone of a schedule that names none.</summary>
    public const string DefaultTimeZone = "UTC";

    /// <summary>Its name, the only one of its tenant: 1 to 100 characters of a-z, A-Z, 0-9, dot, dash and underscore.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// When it fires: the five fields of cron (minute, hour, day of month, month, day of week), or Quartz's six or seven that
    /// begin with seconds, or a macro as <c>@daily</c>.
    /// </summary>
    public required string Cron { get; init; }

    /// <summary>The IANA time zone that the fields are read in.</summary>
    public string TimeZone { get; init; } = DefaultTimeZone;

    /// <summary>What becomes of firings that were missed.</summary>
    public MisfireRule Misfire { get; init; }

    /// <summary>What a firing does while an earlier one's job is not over.</summary>
    public OverlapRule Overlap { get; init; }

    /// <summary>Of its jobs; -100 to 100.</summary>
    public int Priority { get; init; }

    /// <summary>The job that each firing makes, its placeholders not filled in, its paths as they were written.</summary>
    public required JobSpec Job { get; init; }
}
