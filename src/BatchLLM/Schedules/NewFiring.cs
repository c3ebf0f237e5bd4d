using BatchLLM.Jobs;

namespace BatchLLM.Schedules;

/// <summary>What is to be recorded of a firing.</summary>
/// <param name="ScheduleId">Whose it is.</param>
/// <param name="FireTime">When it was due, to the microsecond.</param>
/// <param name="IsManual">True if somebody asked for it.</param>
public sealed record NewFiring(long ScheduleId, DateTimeOffset FireTime, bool IsManual)
{
    /// <summary>The job to make; null if there is to be none.</summary>
    public JobSubmission? Submission { get; init; }

    /// <summary>What became of it; with a submission, <see cref="FiringOutcome.Submitted"/>.</summary>
    public FiringOutcome Outcome { get; init; }

    /// <summary>Why there is no job; null with a submission.</summary>
    public string? Reason { get; init; }
}
