using BatchLLM.Schedules;

namespace BatchLLM.Postgres.Schedules;

/// <summary>A row of <c>batchllm.schedules</c>, as the statements select it.</summary>
internal sealed class ScheduleRow
{
    public required long Id { get; init; }

    public required long Revision { get; init; }

    public required string Tenant { get; init; }

    public required string Name { get; init; }

    public required string Cron { get; init; }

    public required string TimeZone { get; init; }

    public required string Misfire { get; init; }

    public required string Overlap { get; init; }

    public required int Priority { get; init; }

    public required bool IsPaused { get; init; }

    public required string SpecJson { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime UpdatedAt { get; init; }

    internal Schedule ToSchedule() => new()
    {
        Id = Id,
        Revision = Revision,
        Tenant = Tenant,
        Name = Name,
        Cron = Cron,
        TimeZone = TimeZone,
        Misfire = RuleNames.Misfire(Misfire),
        Overlap = RuleNames.Overlap(Overlap),
        Priority = Priority,
        IsPaused = IsPaused,
        SpecJson = SpecJson,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
    };
}
