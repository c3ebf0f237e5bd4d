namespace BatchLLM.Schedules;

/// <summary>A schedule as the store holds it.</summary>
public sealed record Schedule
{
    /// <summary>Assigned by the store, ascending.</summary>
    public required long Id { get; init; }

    /// <summary>Goes up with every change.</summary>
    public required long Revision { get; init; }

    /// <summary>Whose it is, and whose its jobs are.</summary>
    public required string Tenant { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>When it fires; see <see cref="ScheduleDefinition.Cron"/>.</summary>
    public required string Cron { get; init; }

    /// <summary>The IANA time zone of <see cref="Cron"/>.</summary>
    public required string TimeZone { get; init; }

    /// <summary>What becomes of firings that were missed.</summary>
    public required MisfireRule Misfire { get; init; }

    /// <summary>What a firing does while an earlier one's job is not over.</summary>
    public required OverlapRule Overlap { get; init; }

    /// <summary>Of its jobs; -100 to 100.</summary>
    public required int Priority { get; init; }

    /// <summary>True if it does not fire until it is resumed.</summary>
    public required bool IsPaused { get; init; }

    /// <summary>The job file, as JSON text.</summary>
    public required string SpecJson { get; init; }

    /// <summary>When it was made, by the store's clock.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed, paused or resumed, by the store's clock. What was due earlier is not made up for.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}
