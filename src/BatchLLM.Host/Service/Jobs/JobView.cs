using BatchLLM.Canaries;
using BatchLLM.Host.Display;
using BatchLLM.Jobs;
using BatchLLM.Overview;

namespace BatchLLM.Host.Service.Jobs;

/// <summary>A job as the service shows it. What is null is left out.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name, which others may have too.</param>
/// <param name="State">queued, running, paused, completed, cancelled or failed.</param>
/// <param name="Reason">Why it is paused, cancelled or failed.</param>
/// <param name="Waiting">What a queued job waits for besides its turn: trouble that may pass.</param>
/// <param name="Canary">What its canary came to, once that ran.</param>
/// <param name="WaitsForApproval">True if it is paused until somebody approves that.</param>
/// <param name="Priority">Higher goes first; -100 to 100.</param>
/// <param name="Deadline">When it should be done.</param>
/// <param name="Progress">Share of its rows that have ended, 0 to 1.</param>
/// <param name="Eta">Time to go, while it runs and its speed can be told.</param>
/// <param name="Rows">Rows by how they ended; none are known before the job is planned.</param>
/// <param name="Shards">Shards in all; 0 before the job is planned.</param>
/// <param name="CommittedShards">Shards whose rows have ended.</param>
/// <param name="PromptTokens">Tokens of prompts.</param>
/// <param name="SharedPromptTokens">Those of them that were not computed, because another row's stood in for them.</param>
/// <param name="CompletionTokens">Tokens generated.</param>
/// <param name="CopiedRows">Rows whose answer is a copy of an identical row's.</param>
/// <param name="ReusedRows">Rows whose answer is that of an earlier run.</param>
/// <param name="Retries">How often its failed rows were computed again, or are now.</param>
/// <param name="RetryError">The only error whose rows the last retry computes.</param>
/// <param name="Model">The model's directory.</param>
/// <param name="Numerics">How it is computed.</param>
/// <param name="KvCache">What its KV cache holds.</param>
/// <param name="Output">Address of the output directory.</param>
/// <param name="ReceiptSha256">Digest of the published receipt.</param>
/// <param name="ResultsRemovedAt">When its results were removed, because their time was over; from then on they are gone.</param>
/// <param name="ResultsNote">What was found other than expected when they were.</param>
/// <param name="CreatedAt">When it was handed in.</param>
/// <param name="PlannedAt">When its inputs were read and cut into shards.</param>
/// <param name="FinishedAt">When it was over.</param>
/// <param name="Urls">Where to ask about it.</param>
internal sealed record JobView(
    long Id,
    string Name,
    string State,
    string? Reason,
    string? Waiting,
    CanaryReport? Canary,
    bool WaitsForApproval,
    int Priority,
    DateTimeOffset? Deadline,
    double Progress,
    EtaView? Eta,
    RunRows Rows,
    int Shards,
    int CommittedShards,
    long PromptTokens,
    long SharedPromptTokens,
    long CompletionTokens,
    long CopiedRows,
    long ReusedRows,
    int Retries,
    string? RetryError,
    string Model,
    string? Numerics,
    string? KvCache,
    string Output,
    string? ReceiptSha256,
    DateTimeOffset? ResultsRemovedAt,
    string? ResultsNote,
    DateTimeOffset CreatedAt,
    DateTimeOffset? PlannedAt,
    DateTimeOffset? FinishedAt,
    JobUrls Urls)
{
    /// <summary>Shows a job.</summary>
    public static JobView Of(Job job, TimeLeft? left) => new(
        job.Id,
        job.Definition.Name,
        JobStates.Name(job.State),
        job.Reason,
        job.Wait?.Trouble,
        job.Canary,
        job.WaitsForApproval,
        job.Priority,
        job.Deadline,
        ProgressOf(job),
        left is { } range ? EtaView.Of(range) : null,
        RunRows.Of(job),
        job.ShardCount,
        job.CommittedShards,
        job.Counts.PromptTokens,
        job.Counts.SharedPromptTokens,
        job.Counts.CompletionTokens,
        job.Counts.CopiedRows,
        job.Counts.ReusedRows,
        job.Retries,
        job.RetryError,
        job.Definition.Model,
        job.Definition.Numerics,
        job.Definition.KvCache,
        job.Definition.OutputUri,
        job.ReceiptSha256,
        job.Removal?.EndedAt,
        job.Removal?.Note,
        job.CreatedAt,
        job.PlannedAt,
        job.FinishedAt,
        JobUrls.Of(job.Id));

    private static double ProgressOf(Job job) =>
        job.Definition.RowCount == 0 ? 0 : Math.Round((double)job.Counts.Done / job.Definition.RowCount, 4);
}
