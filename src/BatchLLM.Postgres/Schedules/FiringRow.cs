using BatchLLM.Jobs;
using BatchLLM.Schedules;

namespace BatchLLM.Postgres.Schedules;

/// <summary>A row of <c>batchllm.schedule_firings</c> with its job's state, as the statements select it.</summary>
internal sealed class FiringRow
{
    public required long ScheduleId { get; init; }

    public required DateTime FireTime { get; init; }

    public required DateTime RecordedAt { get; init; }

    public required bool IsManual { get; init; }

    public required string Outcome { get; init; }

    public string? Reason { get; init; }

    public long? JobId { get; init; }

    public string? JobState { get; init; }

    internal Firing ToFiring() => new()
    {
        ScheduleId = ScheduleId,
        FireTime = FireTime,
        RecordedAt = RecordedAt,
        IsManual = IsManual,
        Outcome = Enum.Parse<FiringOutcome>(Outcome, ignoreCase: true),
        Reason = Reason,
        JobId = JobId,
        JobState = JobState is null ? null : Enum.Parse<JobState>(JobState, ignoreCase: true),
    };
}
