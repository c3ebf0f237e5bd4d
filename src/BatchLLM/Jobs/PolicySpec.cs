namespace BatchLLM.Jobs;

/// <summary>What happens at the edges.</summary>
public sealed record PolicySpec
{
    /// <summary>What is done with a prompt that leaves no room for max_tokens in the context.</summary>
    public OverlongPolicy OverlongPrompt { get; init; } = OverlongPolicy.Fail;

    /// <summary>Failed rows after which the job pauses: a count; null for no limit.</summary>
    public long? ErrorBudgetRows { get; init; }

    /// <summary>Failed rows after which the job pauses: a share of the job's rows, 0 to 1; null for no limit.</summary>
    public double? ErrorBudgetShare { get; init; }

    /// <summary>How long the job runs, from when it was planned or resumed, until it pauses; null for no limit.</summary>
    public TimeSpan? TimeBudget { get; init; }

    /// <summary>Most rows in a shard, the unit of lease, retry and commit; null for what <see cref="ShardSize"/> says.</summary>
    public int? RowsPerShard { get; init; }
}
