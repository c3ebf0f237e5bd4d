using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Canaries;

/// <summary>From a canary's rows to what is told of it. Pure.</summary>
public static class CanaryReporter
{
    /// <summary>Sums up.</summary>
    /// <param name="rows">All that ran; at least one.</param>
    /// <param name="fileRows">Rows of each file of the job, by its URI.</param>
    /// <param name="time">How long they took.</param>
    /// <param name="sha256">Of the file that holds them.</param>
    public static CanaryReport Report(IReadOnlyList<CompletedRow> rows, IReadOnlyDictionary<string, long> fileRows, TimeSpan time, string sha256)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var totals = new JobTotals(rows, fileRows);
        var counts = rows.Aggregate(default(RowCounts), (sum, row) => sum + RowCounts.Of(row));
        var tokens = counts.PromptTokens + counts.CompletionTokens;
        var secondsPerToken = tokens > 0 ? time.TotalSeconds / tokens : 0;
        return new CanaryReport
        {
            Rows = rows.Count,
            Files = rows.Select(row => row.Location.File).Distinct(StringComparer.Ordinal).Count(),
            Ok = counts.Ok,
            Truncated = counts.Truncated,
            Failed = counts.Failed,
            Errors = rows.Where(row => row.Error is not null).CountBy(row => row.Error!.Code)
                .OrderByDescending(item => item.Value).ToDictionary(item => item.Key, item => (long)item.Value),
            PromptTokens = counts.PromptTokens,
            CompletionTokens = counts.CompletionTokens,
            Seconds = Math.Round(time.TotalSeconds, 3),
            TokensPerSecond = time > TimeSpan.Zero ? Math.Round(tokens / time.TotalSeconds, 1) : 0,
            EstimatedPromptTokens = (long)totals.Likely(PromptTokens),
            EstimatedPromptTokensRange = totals.Of(PromptTokens)?.Round(0),
            EstimatedCompletionTokens = (long)totals.Likely(CompletionTokens),
            EstimatedCompletionTokensRange = totals.Of(CompletionTokens)?.Round(0),
            EstimatedSeconds = Math.Round(totals.Likely(Tokens) * secondsPerToken, 1),
            EstimatedSecondsRange = totals.Of(Tokens)?.Times(secondsPerToken).Round(1),
            Sha256 = sha256,
        };
    }

    private static double PromptTokens(CompletedRow row) => row.PromptTokens;

    private static double CompletionTokens(CompletedRow row) => row.CompletionTokens;

    private static double Tokens(CompletedRow row) => row.PromptTokens + row.CompletionTokens;
}
