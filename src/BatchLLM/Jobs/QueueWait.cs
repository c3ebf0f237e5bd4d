namespace BatchLLM.Jobs;

/// <summary>What a queued job waits for: for a worker to plan it, for the one that does, or for trouble to pass.</summary>
/// <param name="Planner">The worker that claimed it; null if none does. One that died keeps it for as long as its claim lives.</param>
/// <param name="Trouble">What was in the way the last time that it was to be planned; null if nothing was.</param>
/// <param name="Troubles">How often something was.</param>
/// <param name="NotBefore">When it is planned at the earliest; null for at once.</param>
public sealed record QueueWait(string? Planner, string? Trouble, int Troubles, DateTimeOffset? NotBefore)
{
    /// <summary>How often a worker ended while it planned the job, without a word: killed, or out of memory.</summary>
    public int Deaths { get; init; }
}
