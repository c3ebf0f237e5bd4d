namespace BatchLLM.Preflight;

/// <summary>How long the prompts of ready rows are, in tokens.</summary>
/// <param name="P50">Half of them are no longer.</param>
/// <param name="P90">90 of 100 are no longer.</param>
/// <param name="P99">99 of 100 are no longer.</param>
/// <param name="Max">The longest.</param>
/// <param name="Buckets">The histogram.</param>
public sealed record LengthReport(int P50, int P90, int P99, int Max, IReadOnlyList<LengthBucket> Buckets)
{
    /// <summary>Reports a histogram.</summary>
    public static LengthReport Of(PromptLengths lengths) => new(
        lengths.Percentile(0.5), lengths.Percentile(0.9), lengths.Percentile(0.99), lengths.Percentile(1), lengths.Buckets());
}
