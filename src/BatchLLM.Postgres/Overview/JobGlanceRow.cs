using System.Text.Json;
using BatchLLM.Canaries;
using BatchLLM.Jobs;
using BatchLLM.Overview;
using BatchLLM.Postgres.Jobs;
using BatchLLM.Retention;

namespace BatchLLM.Postgres.Overview;

/// <summary>A row of <c>Overview/list_glances.sql</c>.</summary>
internal sealed class JobGlanceRow
{
    public required long Id { get; init; }

    public required string Name { get; init; }

    public required string Tenant { get; init; }

    public required string Model { get; init; }

    public required string State { get; init; }

    public string? Reason { get; init; }

    public string? Trouble { get; init; }

    public required int Priority { get; init; }

    public DateTime? Deadline { get; init; }

    public required DateTime CreatedAt { get; init; }

    public DateTime? PlannedAt { get; init; }

    public DateTime? ResumedAt { get; init; }

    public DateTime? FinishedAt { get; init; }

    public required long Rows { get; init; }

    public required long Ok { get; init; }

    public required long Truncated { get; init; }

    public required long Failed { get; init; }

    public required long PromptTokens { get; init; }

    public required long CompletionTokens { get; init; }

    public required long SharedPromptTokens { get; init; }

    public required long CopiedRows { get; init; }

    public required int Shards { get; init; }

    public required int CommittedShards { get; init; }

    public required DateTime SeenAt { get; init; }

    public string? ReceiptSha256 { get; init; }

    public DateTime? ResultsRemovingAt { get; init; }

    public DateTime? ResultsRemovedAt { get; init; }

    public string? ResultsNote { get; init; }

    public required bool WaitsForApproval { get; init; }

    public int? CanaryRows { get; init; }

    public string? Canary { get; init; }

    public required int Retries { get; init; }

    public string? RetryError { get; init; }

    public long? HeldRows { get; init; }

    public int? Workers { get; init; }

    public DateTime[]? LeasedAt { get; init; }

    public DateTime[]? CommitAt { get; init; }

    public long[]? CommitRows { get; init; }

    public long[]? CommitTokens { get; init; }

    public int[]? CommitShards { get; init; }

    internal JobGlance ToGlance() => new()
    {
        Id = Id,
        Name = Name,
        Tenant = Tenant,
        Model = Model,
        State = Enum.Parse<JobState>(State, ignoreCase: true),
        Reason = Reason,
        Trouble = Trouble,
        Priority = Priority,
        Deadline = Deadline,
        CreatedAt = CreatedAt,
        PlannedAt = PlannedAt,
        ResumedAt = ResumedAt,
        FinishedAt = FinishedAt,
        Rows = Rows,
        Counts = new RowCounts(Ok, Truncated, Failed, PromptTokens, CompletionTokens)
        {
            SharedPromptTokens = SharedPromptTokens,
            CopiedRows = CopiedRows,
        },
        Shards = Shards,
        CommittedShards = CommittedShards,
        HeldRows = HeldRows ?? 0,
        Workers = Workers ?? 0,
        Commits = [.. Enumerable.Range(0, CommitAt?.Length ?? 0).Select(Commit)],
        SeenAt = SeenAt,
        ReceiptSha256 = ReceiptSha256,
        Removal = ResultsRemovingAt is { } began ? new ResultRemoval(began, ResultsRemovedAt, ResultsNote) : null,
        WaitsForApproval = WaitsForApproval,
        CanaryRows = CanaryRows,
        Canary = Canary is null ? null : JsonSerializer.Deserialize<CanaryReport>(Canary, JobRow.Json),
        Retries = Retries,
        RetryError = RetryError,
    };

    private CommitGroup Commit(int index) =>
        new(LeasedAt![index], CommitAt![index], CommitRows![index], CommitTokens![index], CommitShards![index]);
}
