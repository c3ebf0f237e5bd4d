namespace BatchLLM.Schedules;

/// <summary>What became of a firing.</summary>
public enum FiringOutcome
{
    /// <summary>It made a job.</summary>
    Submitted,

    /// <summary>It made none, by the schedule's overlap rule.</summary>
    Skipped,

    /// <summary>It could not make one.</summary>
    Failed,
}
