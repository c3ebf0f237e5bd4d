using BatchLLM.Jobs;

namespace BatchLLM.Batches;

/// <summary>A batch as the store holds it: what a client asked for, and the job that it became.</summary>
public sealed record Batch
{
    /// <summary>The name that clients know it by.</summary>
    public required string Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>The file with its requests.</summary>
    public required string InputFileId { get; init; }

    /// <summary>The url of its requests.</summary>
    public required string Endpoint { get; init; }

    /// <summary>After which it expires, as the client wrote it.</summary>
    public required string CompletionWindow { get; init; }

    /// <summary>The client's notes, a JSON object of texts; null for none.</summary>
    public string? MetadataJson { get; init; }

    /// <summary>After which its files go by themselves; null for never.</summary>
    public TimeSpan? OutputLifetime { get; init; }

    /// <summary>Digest of the request that made it; null if that had no idempotency key.</summary>
    public string? RequestSha256 { get; init; }

    /// <summary>When it was made, by the store's clock, as are all times here.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its window ends.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When its input had passed and its job was queued; null before.</summary>
    public DateTimeOffset? InProgressAt { get; init; }

    /// <summary>When somebody asked for it to stop; null if nobody did.</summary>
    public DateTimeOffset? CancellingAt { get; init; }

    /// <summary>The final status; null before.</summary>
    public BatchStatus? End { get; init; }

    /// <summary>When it reached the final status; null before.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What was wrong; empty unless it failed.</summary>
    public IReadOnlyList<BatchFault> Faults { get; init; } = [];

    /// <summary>The model that its requests name; null before they were looked at.</summary>
    public string? Model { get; init; }

    /// <summary>Requests in its input; null before they were counted.</summary>
    public long? RequestCount { get; init; }

    /// <summary>The job that it became; null before.</summary>
    public BatchJob? Job { get; init; }

    /// <summary>The file of its answers; null if there is none, or not yet.</summary>
    public string? OutputFileId { get; init; }

    /// <summary>The file of the requests without an answer; null if there is none, or not yet.</summary>
    public string? ErrorFileId { get; init; }

    /// <summary>When this was read.</summary>
    public required DateTimeOffset ReadAt { get; init; }

    /// <summary>When its job was over, from which on its files were written; null before, and for a batch without a job.</summary>
    public DateTimeOffset? FinalizingAt => Job is { IsOver: true, State: not JobState.Failed } ? Job.FinishedAt : null;

    /// <summary>Where it stands.</summary>
    public BatchStatus Status => End
        ?? (CancellingAt is not null ? BatchStatus.Cancelling
            : FinalizingAt is not null ? BatchStatus.Finalizing
            : InProgressAt is not null ? BatchStatus.InProgress
            : BatchStatus.Validating);
}
