using BatchLLM.Jobs;

namespace BatchLLM.Preflight;

/// <summary>From what a pass counted to the report.</summary>
public static class PreflightReportBuilder
{
    /// <summary>Builds a report that has no estimate yet.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="key">Its key.</param>
    /// <param name="plan">Its shards.</param>
    /// <param name="pass">The pass, over.</param>
    /// <param name="seconds">How long it took.</param>
    /// <param name="findings">The file of findings.</param>
    public static PreflightReport Build(
        JobSpec spec, string key, JobPlan plan, PreflightPass pass, double seconds, string findings)
    {
        var rows = pass.Rows;
        return new PreflightReport
        {
            Name = spec.Name,
            Key = key,
            Model = spec.Model,
            Rows = rows.Rows,
            Ready = rows.Ready,
            Failed = rows.Failed,
            Problems = rows.Problems,
            PromptTokens = rows.PromptTokens,
            ShortestPrompt = rows.Lengths.Percentile(0),
            MedianPrompt = rows.Lengths.Percentile(0.5),
            LongestPrompt = rows.Lengths.Percentile(1),
            PromptLengths = LengthReport.Of(rows.Lengths),
            MaxCompletionTokens = rows.MaxCompletionTokens,
            Overlong = OverlongOf(rows, spec.Policies.OverlongPrompt),
            Duplicates = DuplicatesOf(pass.Duplicates),
            SharedPrefixes = SharedOf(pass.Sharing, rows.PromptTokens),
            InputBytes = plan.Inputs.Sum(file => file.Length),
            Seconds = Math.Round(seconds, 3),
            Findings = findings,
        };
    }

    private static OverlongReport OverlongOf(RowTally rows, OverlongPolicy policy) => new(
        JobSpecJson.NameOf(policy),
        rows.OverlongRows,
        rows.OverlongRows - rows.CutRows,
        rows.CutRows,
        [.. rows.FirstOverlong.Select(item => new OverlongRow(item.Row, item.Prompt.Tokens, item.Prompt.Limit, item.Prompt.CutTo))]);

    private static DuplicateReport DuplicatesOf(DuplicateTally duplicates) => new(
        duplicates.Rows,
        duplicates.GreedyRows,
        duplicates.Groups,
        duplicates.PromptTokens,
        [.. duplicates.FirstFew.Select(pair => new DuplicateRow(pair.Row, pair.First))]);

    private static SharedPrefixReport SharedOf(SharingTally sharing, long promptTokens) => new(
        sharing.Windows,
        sharing.WindowRows,
        sharing.Tokens,
        promptTokens == 0 ? 0 : Math.Round((double)sharing.Tokens / promptTokens, 4),
        sharing.BlockTokens,
        sharing.BlockSize,
        sharing.Common,
        sharing.PlannedTokens,
        sharing.CopiedRows);
}
