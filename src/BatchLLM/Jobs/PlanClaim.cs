namespace BatchLLM.Jobs;

/// <summary>A worker's time-limited right to plan a job.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Worker">The worker's name.</param>
/// <param name="Epoch">Counts the claims to plan this job; who holds an older one has lost it.</param>
public sealed record PlanClaim(long JobId, string Worker, int Epoch);
