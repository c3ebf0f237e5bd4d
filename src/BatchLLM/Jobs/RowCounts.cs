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
    /// <summary>Rows that have a result.</summary>
    public long Done => Ok + Truncated + Failed;

    /// <summary>Adds two counts.</summary>
    public static RowCounts operator +(RowCounts a, RowCounts b) => new(
        a.Ok + b.Ok, a.Truncated + b.Truncated, a.Failed + b.Failed,
        a.PromptTokens + b.PromptTokens, a.CompletionTokens + b.CompletionTokens);

    /// <summary>Adds two counts.</summary>
    public static RowCounts Add(RowCounts left, RowCounts right) => left + right;
}
