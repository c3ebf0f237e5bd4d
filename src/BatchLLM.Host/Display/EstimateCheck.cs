using BatchLLM.Jobs;
using BatchLLM.Preflight;

namespace BatchLLM.Host.Display;

/// <summary>What a preflight estimated, beside what came of it.</summary>
/// <param name="SharedPromptTokens">Prompt tokens that the plan does not compute.</param>
/// <param name="ActualSharedPromptTokens">Those that were not; null before the job is complete.</param>
/// <param name="CompletionTokens">Estimated completion tokens.</param>
/// <param name="ActualCompletionTokens">Those there were; null before the job is complete.</param>
/// <param name="RunSeconds">Estimated run time.</param>
/// <param name="ActualSeconds">From the job's planning to its end, pauses included; null before the job is complete.</param>
internal sealed record EstimateCheck(
    long SharedPromptTokens, long? ActualSharedPromptTokens,
    Interval? CompletionTokens, long? ActualCompletionTokens, Interval? RunSeconds, double? ActualSeconds)
{
    /// <summary>Checks a job against its preflight; null if there was none.</summary>
    public static EstimateCheck? Of(Job job, PreflightReport? preflight) => preflight is null
        ? null
        : new EstimateCheck(
            preflight.SharedPrefixes.PlannedTokens,
            job.State == JobState.Completed ? job.Counts.SharedPromptTokens : null,
            preflight.Estimate?.CompletionTokens,
            job.State == JobState.Completed ? job.Counts.CompletionTokens : null,
            preflight.Estimate?.RunSeconds,
            job is { State: JobState.Completed, FinishedAt: { } end } ? (end - (job.PlannedAt ?? job.CreatedAt)).TotalSeconds : null);
}
