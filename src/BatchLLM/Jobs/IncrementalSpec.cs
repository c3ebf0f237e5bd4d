namespace BatchLLM.Jobs;

/// <summary>A job that takes over the answers of an earlier run for rows that are as they were.</summary>
/// <param name="Since">
/// The earlier run's output directory. Null for the last output of the job's schedule, else the one that stands where this job's
/// output will.
/// </param>
public sealed record IncrementalSpec(string? Since);
