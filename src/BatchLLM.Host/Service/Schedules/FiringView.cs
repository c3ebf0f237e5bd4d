using BatchLLM.Host.Service.Jobs;
using BatchLLM.Schedules;

namespace BatchLLM.Host.Service.Schedules;

/// <summary>A past firing as the service shows it. What is null is left out.</summary>
/// <param name="FireTime">When it was due; of one that somebody asked for, when they did.</param>
/// <param name="RecordedAt">When it was dealt with.</param>
/// <param name="Manual">True if somebody asked for it.</param>
/// <param name="Outcome">submitted, skipped or failed.</param>
/// <param name="Reason">Why there is no job, or why its job is paused, cancelled or failed.</param>
/// <param name="JobId">Its job.</param>
/// <param name="JobState">Where its job stands.</param>
/// <param name="Job">Where to ask about its job.</param>
internal sealed record FiringView(
    DateTimeOffset FireTime,
    DateTimeOffset RecordedAt,
    bool Manual,
    string Outcome,
    string? Reason,
    long? JobId,
    string? JobState,
    string? Job)
{
    /// <summary>Shows a firing.</summary>
    public static FiringView Of(Firing firing) => new(
        firing.FireTime,
        firing.RecordedAt,
        firing.IsManual,
        firing.Outcome.ToString().ToLowerInvariant(),
        firing.Reason,
        firing.JobId,
        firing.JobState is { } state ? JobStates.Name(state) : null,
        firing.JobId is { } id ? JobUrls.Of(id).Self : null);
}
