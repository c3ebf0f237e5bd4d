namespace BatchLLM.Jobs;

/// <summary>How much there is of jobs in one state.</summary>
/// <param name="State">Queued, running or paused.</param>
/// <param name="Jobs">Jobs in it.</param>
/// <param name="OpenRows">Rows of them that have no result yet; a queued job's are not known.</param>
/// <param name="OldestAge">How long ago the oldest of them was handed in, by the store's clock.</param>
public sealed record QueueLevel(JobState State, long Jobs, long OpenRows, TimeSpan OldestAge);
