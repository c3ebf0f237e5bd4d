using BatchLLM.Canaries;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Display;

/// <summary>A job for <c>status --json</c>.</summary>
internal sealed record JobOutput(
    long Job,
    string Name,
    string State,
    string? Reason,
    string Tenant,
    int Priority,
    DateTimeOffset? Deadline,
    QueueWait? Wait,
    CanaryReport? Canary,
    string? Numerics,
    string? KvCache,
    RunRows Rows,
    int Shards,
    int CommittedShards,
    long PromptTokens,
    long SharedPromptTokens,
    long CompletionTokens,
    long CopiedRows,
    int Retries,
    string? RetryError,
    string Output,
    string? ReceiptSha256,
    DateTimeOffset CreatedAt,
    DateTimeOffset? PlannedAt,
    DateTimeOffset? FinishedAt,
    EstimateCheck? Preflight)
{
    public static JobOutput Of(Job job, EstimateCheck? preflight) => new(
        job.Id,
        job.Definition.Name,
        job.State.ToString().ToLowerInvariant(),
        job.Reason,
        job.Tenant,
        job.Priority,
        job.Deadline,
        job.Wait,
        job.Canary,
        job.Definition.Numerics,
        job.Definition.KvCache,
        RunRows.Of(job),
        job.ShardCount,
        job.CommittedShards,
        job.Counts.PromptTokens,
        job.Counts.SharedPromptTokens,
        job.Counts.CompletionTokens,
        job.Counts.CopiedRows,
        job.Retries,
        job.RetryError,
        job.Definition.OutputUri,
        job.ReceiptSha256,
        job.CreatedAt,
        job.PlannedAt,
        job.FinishedAt,
        preflight);
}
