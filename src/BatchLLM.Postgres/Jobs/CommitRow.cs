using BatchLLM.Jobs;

namespace BatchLLM.Postgres.Jobs;

/// <summary>What the statement that commits shards returns: which it committed, and the counts of the job with them.</summary>
internal sealed class CommitRow
{
    public required int[] ShardIndexes { get; init; }

    public required long Ok { get; init; }

    public required long Truncated { get; init; }

    public required long Failed { get; init; }

    public required long PromptTokens { get; init; }

    public required long CompletionTokens { get; init; }

    public required long SharedPromptTokens { get; init; }

    public required long CopiedRows { get; init; }

    public required long ReusedRows { get; init; }

    internal RowCounts ToCounts() => new(Ok, Truncated, Failed, PromptTokens, CompletionTokens)
    {
        SharedPromptTokens = SharedPromptTokens,
        CopiedRows = CopiedRows,
        ReusedRows = ReusedRows,
    };
}
