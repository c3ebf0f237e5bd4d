namespace BatchLLM.Jobs;

/// <summary>What a worker is to do next.</summary>
/// <param name="Job">The job.</param>
/// <param name="Plan">The claim under which to plan it; null for a job to be run, or published.</param>
public sealed record ClaimedJob(Job Job, PlanClaim? Plan);
