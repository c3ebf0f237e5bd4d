using BatchLLM.Canaries;
using BatchLLM.Jobs;

namespace BatchLLM.Overview;

/// <summary>What a page shows of a job: all that is durable but its file.</summary>
public sealed record JobGlance
{
    /// <summary>Of how many of the newest committed shards a glance knows at most.</summary>
    public const int MostCommits = 256;

    /// <summary>Its number.</summary>
    public required long Id { get; init; }

    /// <summary>Its name, which others may have too.</summary>
    public required string Name { get; init; }

    /// <summary>Whose it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>The model's directory.</summary>
    public required string Model { get; init; }

    /// <summary>Where it stands.</summary>
    public required JobState State { get; init; }

    /// <summary>Why it is paused, cancelled or failed; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>What was in the way of a queued job the last time that it was to be planned; null if nothing was.</summary>
    public string? Trouble { get; init; }

    /// <summary>Higher goes first; -100 to 100.</summary>
    public int Priority { get; init; }

    /// <summary>When it should be done; null for no such time.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>When it was handed in, by the store's clock, as are all times here.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its shards were cut; null before.</summary>
    public DateTimeOffset? PlannedAt { get; init; }

    /// <summary>When it was resumed the last time; null if it never was.</summary>
    public DateTimeOffset? ResumedAt { get; init; }

    /// <summary>When it was over; null before.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Rows of all inputs; 0 before it is planned.</summary>
    public required long Rows { get; init; }

    /// <summary>Sums over committed shards.</summary>
    public required RowCounts Counts { get; init; }

    /// <summary>Shards in all; 0 before it is planned.</summary>
    public required int Shards { get; init; }

    /// <summary>Shards committed.</summary>
    public required int CommittedShards { get; init; }

    /// <summary>Rows that workers hold at this moment.</summary>
    public long HeldRows { get; init; }

    /// <summary>Workers that hold them.</summary>
    public int Workers { get; init; }

    /// <summary>
    /// Its newest commits, the newest first, by what was leased together; none of a job that neither runs nor is looked at alone.
    /// </summary>
    public IReadOnlyList<CommitGroup> Commits { get; init; } = [];

    /// <summary>When it was looked at.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    /// <summary>SHA-256 of the published receipt; null before.</summary>
    public string? ReceiptSha256 { get; init; }

    /// <summary>True if it is paused until somebody approves its canary.</summary>
    public bool WaitsForApproval { get; init; }

    /// <summary>How many rows run before all others; null for a job that runs all alike.</summary>
    public int? CanaryRows { get; init; }

    /// <summary>What its canary came to; null if it had none, or before it ran.</summary>
    public CanaryReport? Canary { get; init; }

    /// <summary>How often its failed rows were computed again, or are now.</summary>
    public int Retries { get; init; }

    /// <summary>The only error whose rows the last retry computes; null for all.</summary>
    public string? RetryError { get; init; }

    /// <summary>When its results were removed, because their time was over; null while they stand.</summary>
    public Retention.ResultRemoval? Removal { get; init; }

    /// <summary>True if it is over with failed rows, which may be computed again.</summary>
    public bool MayRetry => IsOver && ReceiptSha256 is not null && Removal is null && Counts.Failed > 0;

    /// <summary>True if nothing changes it but a retry.</summary>
    public bool IsOver => State is JobState.Completed or JobState.Cancelled or JobState.Failed;

    /// <summary>Rows without a result of a job that will not give them one.</summary>
    public long Skipped => State == JobState.Cancelled ? Rows - Counts.Done : 0;

    /// <summary>True if it runs, and no worker has any of it: all are busy elsewhere, or there is none.</summary>
    public bool IsForsaken => State == JobState.Running && HeldRows == 0 && CommittedShards < Shards && !IsCanaryDue;

    /// <summary>True if its canary has yet to run, for which nothing is leased.</summary>
    public bool IsCanaryDue => CanaryRows is not null && Canary is null;

    /// <summary>Share of its rows that have ended, 0 to 1.</summary>
    public double Progress => Rows == 0 ? 0 : (double)Counts.Done / Rows;

    /// <summary>Prompt and completion tokens of rows that have ended.</summary>
    public long Tokens => Counts.PromptTokens + Counts.CompletionTokens;
}
