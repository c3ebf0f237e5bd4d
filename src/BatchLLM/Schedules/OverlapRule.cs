namespace BatchLLM.Schedules;

/// <summary>What a firing does while a job of an earlier one is not over.</summary>
public enum OverlapRule
{
    /// <summary>It makes no job.</summary>
    Skip,

    /// <summary>It makes a job that waits until the earlier ones are over.</summary>
    Queue,

    /// <summary>It cancels the earlier jobs, whose finished rows are published, and makes its own.</summary>
    CancelPrevious,
}
