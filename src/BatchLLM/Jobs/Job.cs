namespace BatchLLM.Jobs;

/// <summary>A job as the store holds it.</summary>
public sealed record Job
{
    /// <summary>Assigned by the store, ascending.</summary>
    public required long Id { get; init; }

    /// <summary>What it was created from.</summary>
    public required NewJob Definition { get; init; }

    /// <summary>Where it stands.</summary>
    public required JobState State { get; init; }

    /// <summary>Why it is paused or cancelled; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>Sums over committed shards.</summary>
    public required RowCounts Counts { get; init; }

    /// <summary>Shards in all.</summary>
    public required int ShardCount { get; init; }

    /// <summary>Shards committed.</summary>
    public required int CommittedShards { get; init; }

    /// <summary>When it was created, by the database's clock.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it reached a final state; null before.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>SHA-256 of the published receipt; set with a final state.</summary>
    public string? ReceiptSha256 { get; init; }
}
