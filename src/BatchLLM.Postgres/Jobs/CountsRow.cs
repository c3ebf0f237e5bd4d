using BatchLLM.Jobs;

namespace BatchLLM.Postgres.Jobs;

/// <summary>The counts of a job, as the statement that adds to them returns them.</summary>
internal sealed class CountsRow
{
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
