using BatchLLM.Jobs;

namespace BatchLLM.Schedules;

/// <summary>A firing that is past.</summary>
public sealed record Firing
{
    /// <summary>Whose it was.</summary>
    public required long ScheduleId { get; init; }

    /// <summary>When it was due; of one that somebody asked for, when they did. No two of a schedule have the same.</summary>
    public required DateTimeOffset FireTime { get; init; }

    /// <summary>When it was dealt with, by the store's clock.</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>True if somebody asked for it.</summary>
    public required bool IsManual { get; init; }

    /// <summary>What became of it.</summary>
    public required FiringOutcome Outcome { get; init; }

    /// <summary>Why there is no job, or why its job is paused, cancelled or failed; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>Its job; null if there is none.</summary>
    public long? JobId { get; init; }

    /// <summary>Where its job stands; null if there is none, or no longer.</summary>
    public JobState? JobState { get; init; }
}
