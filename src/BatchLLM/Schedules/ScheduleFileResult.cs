using BatchLLM.Jobs;

namespace BatchLLM.Schedules;

/// <summary>What came of a schedule's JSON.</summary>
/// <param name="Definition">The schedule; null if there are problems.</param>
/// <param name="Problems">By place; empty if there is a schedule.</param>
public sealed record ScheduleFileResult(ScheduleDefinition? Definition, IReadOnlyList<JobFileProblem> Problems);
