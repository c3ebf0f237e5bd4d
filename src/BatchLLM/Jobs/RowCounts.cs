using BatchLLM.Rows;

namespace BatchLLM.Jobs;

/// <summary>Rows and tokens of a shard or a job, as its commits add up.</summary>
/// <param name="Ok">Completed rows.</param>
/// <param name="Truncated">Rows cut off by length.</param>
/// <param name="Failed">Rows with an error.</param>
/// <param name="PromptTokens">Tokens of all prompts.</param>
/// <param name="CompletionTokens">Tokens generated.</param>
public readonly record struct RowCounts(
    long Ok, long Truncated, long Failed, long PromptTokens, long CompletionTokens)
{
    /// <summary>
    /// Those of <see cref="PromptTokens"/> that were not computed, because another row's keys and values, or its whole answer,
    /// stood in for them.
    /// </summary>
    public long SharedPromptTokens { get; init; }

    /// <summary>Rows whose answer is a copy of an identical row's.</summary>
    public long CopiedRows { get; init; }

    /// <summary>Rows whose answer is that of an earlier run.</summary>
    public long ReusedRows { get; init; }

    /// <summary>Rows that have a result.</summary>
    public long Done => Ok + Truncated + Failed;

    /// <summary>The counts of a single row.</summary>
    public static RowCounts Of(CompletedRow row) => new(
        row.Status == RowStatus.Ok ? 1 : 0,
        row.Status == RowStatus.Truncated ? 1 : 0,
        row.Status == RowStatus.Failed ? 1 : 0,
        row.PromptTokens,
        row.CompletionTokens)
    {
        SharedPromptTokens = row.SharedPromptTokens,
        CopiedRows = row.IsCopy ? 1 : 0,
        ReusedRows = row.IsReused ? 1 : 0,
    };

    /// <summary>Adds two counts.</summary>
    public static RowCounts operator +(RowCounts left, RowCounts right) => new(
        left.Ok + right.Ok,
        left.Truncated + right.Truncated,
        left.Failed + right.Failed,
        left.PromptTokens + right.PromptTokens,
        left.CompletionTokens + right.CompletionTokens)
    {
        SharedPromptTokens = left.SharedPromptTokens + right.SharedPromptTokens,
        CopiedRows = left.CopiedRows + right.CopiedRows,
        ReusedRows = left.ReusedRows + right.ReusedRows,
    };

    /// <summary>The same counts, to be taken back.</summary>
    public static RowCounts operator -(RowCounts counts) => new(
        -counts.Ok, -counts.Truncated, -counts.Failed, -counts.PromptTokens, -counts.CompletionTokens)
    {
        SharedPromptTokens = -counts.SharedPromptTokens,
        CopiedRows = -counts.CopiedRows,
        ReusedRows = -counts.ReusedRows,
    };

    /// <summary>Adds two counts, for languages without operators.</summary>
    public static RowCounts Add(RowCounts left, RowCounts right) => left + right;

    /// <summary>Negates, for languages without operators.</summary>
    public static RowCounts Negate(RowCounts counts) => -counts;
}
