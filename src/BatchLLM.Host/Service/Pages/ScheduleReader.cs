using System.Text.Json;
using BatchLLM.Dashboard;
using BatchLLM.Dashboard.Parts;
using BatchLLM.Host.Service.Schedules;
using BatchLLM.Schedules;

namespace BatchLLM.Host.Service.Pages;

/// <summary>Reads what pages show of schedules.</summary>
/// <param name="schedules">The schedules and their firings.</param>
/// <param name="time">The clock.</param>
internal sealed class ScheduleReader(IScheduleStore schedules, TimeProvider time)
{
    private const int NextInList = 1, NextOnPage = 5, FiringsOnPage = 25;

    /// <summary>All of them by name, by two statements.</summary>
    /// <param name="tenant">Whose; null for everyone's.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="BatchLLMException">The database fails.</exception>
    public async Task<IReadOnlyList<ScheduleGlance>> ListAsync(string? tenant, CancellationToken cancellationToken)
    {
        var reading = schedules.ListLatestAsync(tenant, cancellationToken);
        var found = await schedules.ListAsync(tenant, cancellationToken);
        var latest = (await reading).ToDictionary(firing => firing.ScheduleId);
        return [.. found.Select(schedule => GlanceOf(schedule, NextInList, latest.GetValueOrDefault(schedule.Id)))];
    }

    /// <summary>One of them.</summary>
    /// <param name="query">What is asked for.</param>
    /// <param name="tenant">Whose may be seen; null for everyone's.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null if there is no such schedule, or if it is another tenant's, which nobody must find out.</returns>
    public async Task<ScheduleDetailModel?> ReadAsync(ScheduleQuery query, string? tenant, CancellationToken cancellationToken)
    {
        if (await schedules.FindAsync(query.Id, cancellationToken) is not { } schedule || (tenant ?? schedule.Tenant) != schedule.Tenant)
        {
            return null;
        }

        // One more than shown says whether another page follows.
        var found = await schedules.ListFiringsAsync(query.Id, query.Before, FiringsOnPage + 1, cancellationToken);
        var page = found.Take(FiringsOnPage).ToList();
        return new ScheduleDetailModel(
            GlanceOf(schedule, NextOnPage, latest: null),
            JsonSerializer.Serialize(JsonElement.Parse(schedule.SpecJson), Terminal.JsonOptions),
            page,
            IsFirst: query.Before is null,
            found.Count > FiringsOnPage ? page[^1].FireTime : null,
            time.GetUtcNow());
    }

    /// <summary>What changes of all of them.</summary>
    public async Task<LivePage> LookAsync(string? tenant, CancellationToken cancellationToken)
    {
        var found = await ListAsync(tenant, cancellationToken);
        await using var html = new HtmlParts();
        var parts = new Dictionary<string, string> { ["board"] = await html.RenderAsync<ScheduleBoard>(("Schedules", found)) };
        var ids = new List<string>();
        foreach (var one in found)
        {
            ids.Add(FormattableString.Invariant($"schedule-{one.Schedule.Id}"));
            parts[ids[^1]] = await html.RenderAsync<ScheduleRow>(
                ("Glance", one), ("Now", time.GetUtcNow()), ("ShowsTenant", tenant is null));
        }

        return new LivePage(parts, new Dictionary<string, IReadOnlyList<string>> { ["schedules"] = ids }, IsOver: false);
    }

    /// <summary>What changes of one.</summary>
    /// <param name="query">What is asked for, of a schedule that is there.</param>
    /// <param name="mayChange">True if buttons are shown.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<LivePage> LookAsync(ScheduleQuery query, bool mayChange, CancellationToken cancellationToken)
    {
        var model = await ReadAsync(query, tenant: null, cancellationToken)
            ?? throw new BatchLLMException($"Schedule {query.Id} is no longer in the database.");
        await using var html = new HtmlParts();
        var parts = new Dictionary<string, string>
        {
            ["schedule-actions"] = await html.RenderAsync<ScheduleActions>(("Schedule", model.Glance.Schedule), ("MayChange", mayChange)),
            ["schedule-head"] = await html.RenderAsync<ScheduleHead>(("Glance", model.Glance), ("Now", model.Now)),
        };
        var ids = new List<string>();
        foreach (var firing in model.Firings)
        {
            ids.Add(FormattableString.Invariant($"firing-{firing.FireTime.UtcTicks}"));
            parts[ids[^1]] = await html.RenderAsync<FiringRow>(("Firing", firing), ("Now", model.Now));
        }

        return new LivePage(parts, new Dictionary<string, IReadOnlyList<string>> { ["firings"] = ids }, IsOver: false);
    }

    private ScheduleGlance GlanceOf(Schedule schedule, int next, Firing? latest) => new(
        schedule,
        schedule.IsPaused ? [] : [.. CronTimes.Parse(schedule.Cron, schedule.TimeZone).After(time.GetUtcNow(), next)],
        latest);
}
