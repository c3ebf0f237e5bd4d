using BatchLLM.Overview;

namespace BatchLLM.Postgres.Overview;

/// <summary>A row of <c>Overview/list_shards.sql</c>.</summary>
internal sealed class ShardGlanceRow
{
    public required int Index { get; init; }

    public required long FirstRow { get; init; }

    public required long Rows { get; init; }

    public required int Epoch { get; init; }

    public string? Worker { get; init; }

    public required bool IsHeld { get; init; }

    public DateTime? CommittedAt { get; init; }

    public required long Ok { get; init; }

    public required long Truncated { get; init; }

    public required long Failed { get; init; }

    public required long Tokens { get; init; }

    public string? ErrorsUri { get; init; }

    internal ShardGlance ToGlance() => new()
    {
        Index = Index,
        FirstRow = FirstRow,
        Rows = Rows,
        Epoch = Epoch,
        Worker = Worker,
        IsHeld = IsHeld,
        CommittedAt = CommittedAt,
        Ok = Ok,
        Truncated = Truncated,
        Failed = Failed,
        Tokens = Tokens,
        ErrorsUri = ErrorsUri,
    };
}
