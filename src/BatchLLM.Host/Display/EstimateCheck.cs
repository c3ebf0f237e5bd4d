using BatchLLM.Jobs;
using BatchLLM.Preflight;

namespace BatchLLM.Host.Display;

/// <summary>What a preflight estimated, beside what came of it.</summary>
/// <param name="CompletionTokens">Estimated completion tokens.</param>
/// <param name="ActualCompletionTokens">Those there were; null before the job is complete.</param>
/// <param name="RunSeconds">Estimated run time.</param>
/// <param name="ActualSeconds">From the job's creation to its end, pauses included; null before the job is complete.</param>
internal sealed record EstimateCheck(
    Interval CompletionTokens, long? ActualCompletionTokens, Interval? RunSeconds, double? ActualSeconds)
{
    /// <summary>Checks a job against its preflight; null if there was none, or it measured nothing.</summary>
    public static EstimateCheck? Of(Job job, PreflightReport? preflight) => preflight?.Estimate is not { } estimate
        ? null
        : new EstimateCheck(
            estimate.CompletionTokens,
            job.State == JobState.Completed ? job.Counts.CompletionTokens : null,
            estimate.RunSeconds,
            job is { State: JobState.Completed, FinishedAt: { } end } ? (end - job.CreatedAt).TotalSeconds : null);
}
