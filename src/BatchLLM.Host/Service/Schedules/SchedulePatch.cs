using System.Text.Json;
using System.Text.Json.Nodes;
using BatchLLM.Schedules;

namespace BatchLLM.Host.Service.Schedules;

/// <summary>A change of some of what a schedule says, as a JSON Merge Patch (RFC 7396). Pure.</summary>
/// <param name="members">What it changes.</param>
/// <param name="isPaused">Whether it is to be paused; null to leave that as it is.</param>
internal sealed class SchedulePatch(JsonObject members, bool? isPaused)
{
    private const string State = "state";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads one.</summary>
    /// <param name="json">The request's body.</param>
    /// <returns>The change; or null, and what is wrong with it.</returns>
    public static (SchedulePatch? Patch, string Problem) Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonNode.Parse(json, nodeOptions: null, Strict) is JsonObject members ? Read(members) : (null, "expected a JSON object with what is to change");
        }
        catch (JsonException)
        {
            return (null, "the body is no JSON, or has a member twice; expected a JSON object with what is to change");
        }
    }

    /// <summary>The schedule's file with the change made.</summary>
    public byte[] Apply(Schedule schedule) => JsonSerializer.SerializeToUtf8Bytes(Merge(FileOf(schedule), members));

    /// <summary>Whether the schedule is paused with the change made.</summary>
    public bool IsPausedWith(Schedule schedule) => isPaused ?? schedule.IsPaused;

    // As ScheduleView shows it, so that what is read can be changed and sent back.
    private static (SchedulePatch?, string) Read(JsonObject members)
    {
        if (!members.Remove(State, out var state))
        {
            return (new SchedulePatch(members, isPaused: null), "");
        }

        return state is JsonValue value && value.TryGetValue<string>(out var text) && text is "active" or "paused"
            ? (new SchedulePatch(members, text == "paused"), "")
            : (null, "state is neither active nor paused");
    }

    private static JsonObject FileOf(Schedule schedule) => new()
    {
        ["name"] = schedule.Name,
        ["cron"] = schedule.Cron,
        ["time_zone"] = schedule.TimeZone,
        ["misfire"] = RuleNames.Of(schedule.Misfire),
        ["overlap"] = RuleNames.Of(schedule.Overlap),
        ["priority"] = schedule.Priority,
        ["job"] = JsonNode.Parse(schedule.SpecJson),
    };

    private static JsonObject Merge(JsonObject target, JsonObject change)
    {
        foreach (var (name, value) in change)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else
            {
                target[name] = value is JsonObject inner ? Merge(target[name] as JsonObject ?? [], inner) : value.DeepClone();
            }
        }

        return target;
    }
}
