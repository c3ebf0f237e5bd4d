using BatchLLM.Inference;

namespace BatchLLM.Planning;

/// <summary>
/// What a run of a window will save. A run reports the same, unless KV blocks run short: a preempted row computes its
/// prompt again, and so does the next row of a group whose prefix was let go.
/// </summary>
/// <param name="Rows">Rows that the runner can serve.</param>
/// <param name="Copies">Those of them that take another row's answer.</param>
/// <param name="PromptTokens">Tokens of their prompts.</param>
/// <param name="SharedPromptTokens">Those of them that are not computed: shared prefixes, and whole prompts of copies.</param>
public sealed record WindowForecast(int Rows, int Copies, long PromptTokens, long SharedPromptTokens)
{
    /// <summary>Foretells a run.</summary>
    /// <param name="window">The rows, those included that cannot be served.</param>
    /// <param name="limits">The runner's sizes.</param>
    public static WindowForecast Of(IReadOnlyList<InferenceRequest> window, RunnerLimits limits)
    {
        InferenceRequest[] rows = [.. window.Where(row => RequestCheck.Check(row, limits) is null)];
        var copies = new RowCopies(rows);
        var prefixes = PrefixPlan.Of([.. copies.Distinct.Select(row => row.PromptTokens)], limits.KvBlockTokens);
        return new WindowForecast(
            rows.Length,
            rows.Length - copies.Distinct.Count,
            rows.Sum(row => (long)row.PromptTokens.Length),
            prefixes.SavedTokens + copies.All.Sum(row => (long)row.PromptTokens.Length));
    }
}
