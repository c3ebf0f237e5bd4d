using System.Globalization;
using System.Text.Json;
using BatchLLM.Schedules;

namespace BatchLLM.Host.Service.Schedules;

/// <summary>A schedule as the service shows it. What is null is left out.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">active or paused.</param>
/// <param name="Cron">When it fires.</param>
/// <param name="TimeZone">The zone that cron's fields are read in.</param>
/// <param name="Misfire">What becomes of missed firings: run_once or skip.</param>
/// <param name="Overlap">What a firing does while an earlier one's job is not over: skip, queue or cancel_previous.</param>
/// <param name="Priority">Of its jobs; -100 to 100.</param>
/// <param name="NextFirings">When it fires next, in its zone; none while it is paused.</param>
/// <param name="LastFirings">What became of the latest firings, the latest first; left out in lists.</param>
/// <param name="Job">Its job file, with defaults filled in.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it was last changed, paused or resumed.</param>
/// <param name="Url">Where to ask about it.</param>
internal sealed record ScheduleView(
    long Id,
    string Name,
    string State,
    string Cron,
    string TimeZone,
    string Misfire,
    string Overlap,
    int Priority,
    IReadOnlyList<DateTimeOffset> NextFirings,
    IReadOnlyList<FiringView>? LastFirings,
    JsonElement Job,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    string Url)
{
    private const int NextCount = 5;

    /// <summary>Shows a schedule.</summary>
    public static ScheduleView Of(Schedule schedule, IReadOnlyList<Firing>? last, DateTimeOffset now) => new(
        schedule.Id,
        schedule.Name,
        schedule.IsPaused ? "paused" : "active",
        schedule.Cron,
        schedule.TimeZone,
        RuleNames.Of(schedule.Misfire),
        RuleNames.Of(schedule.Overlap),
        schedule.Priority,
        schedule.IsPaused ? [] : [.. CronTimes.Parse(schedule.Cron, schedule.TimeZone).After(now, NextCount)],
        last?.Select(FiringView.Of).ToList(),
        JsonElement.Parse(schedule.SpecJson),
        schedule.CreatedAt,
        schedule.UpdatedAt,
        UrlOf(schedule.Id));

    /// <summary>Where to ask about a schedule, relative to the service.</summary>
    public static string UrlOf(long id) => string.Create(CultureInfo.InvariantCulture, $"/api/schedules/{id}");
}
