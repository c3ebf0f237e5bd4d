namespace BatchLLM.Jobs;

/// <summary>A job as the store holds it.</summary>
public sealed record Job
{
    /// <summary>Assigned by the store, ascending.</summary>
    public required long Id { get; init; }

    /// <summary>What it was created from. Of a job that is not planned only what was handed in: no key, no inputs, no rows.</summary>
    public required NewJob Definition { get; init; }

    /// <summary>Whose it is.</summary>
    public string Tenant { get; init; } = JobSubmission.DefaultTenant;

    /// <summary>Higher goes first; -100 to 100.</summary>
    public int Priority { get; init; }

    /// <summary>When it should be done; earlier goes first among equal priorities. Null goes last.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Where it stands.</summary>
    public required JobState State { get; init; }

    /// <summary>Why it is paused, cancelled or failed; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>Sums over committed shards.</summary>
    public required RowCounts Counts { get; init; }

    /// <summary>Shards in all.</summary>
    public required int ShardCount { get; init; }

    /// <summary>Shards committed.</summary>
    public required int CommittedShards { get; init; }

    /// <summary>When it was created, by the database's clock.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its inputs were resolved and its shards cut; null before.</summary>
    public DateTimeOffset? PlannedAt { get; init; }

    /// <summary>What it waits for while it is queued; null otherwise.</summary>
    public QueueWait? Wait { get; init; }

    /// <summary>True once it has a key, inputs and shards.</summary>
    public bool IsPlanned => Definition.Key is not null;

    /// <summary>When it reached a final state; null before.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>SHA-256 of the published receipt; set with a final state, unless the job was never planned.</summary>
    public string? ReceiptSha256 { get; init; }

    /// <summary>When its results were removed, because their time was over; null while they stand.</summary>
    public Retention.ResultRemoval? Removal { get; init; }

    /// <summary>How often its failed rows were computed again, or are now.</summary>
    public int Retries { get; init; }

    /// <summary>The only error whose rows the last retry computes; null for all.</summary>
    public string? RetryError { get; init; }

    /// <summary>Shards that never ran, because the job was cancelled, and that its retries leave alone.</summary>
    public int SkippedShards { get; init; }

    /// <summary>How many rows run before all others; null for a job that runs all alike.</summary>
    public int? CanaryRows { get; init; }

    /// <summary>What they came to; null before they ran.</summary>
    public Canaries.CanaryReport? Canary { get; init; }

    /// <summary>When its gate or a person let the others follow; null before.</summary>
    public DateTimeOffset? ApprovedAt { get; init; }

    /// <summary>True if its canary has yet to run.</summary>
    public bool IsCanaryDue => CanaryRows is not null && Canary is null;

    /// <summary>True if it is paused until somebody approves its canary.</summary>
    public bool WaitsForApproval => State == JobState.Paused && Canary is not null && ApprovedAt is null;

    /// <summary>True if no shard is left to run.</summary>
    public bool IsAllCommitted => CommittedShards + SkippedShards == ShardCount;
}
