using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Canaries;

/// <summary>From a canary's rows to what is told of it. Pure.</summary>
public static class CanaryReporter
{
    /// <summary>Sums up.</summary>
    /// <param name="rows">All that ran; at least one.</param>
    /// <param name="jobRows">Rows of the whole job.</param>
    /// <param name="time">How long they took.</param>
    /// <param name="sha256">Of the file that holds them.</param>
    public static CanaryReport Report(IReadOnlyList<CompletedRow> rows, long jobRows, TimeSpan time, string sha256)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfZero(rows.Count, nameof(rows));
        var counts = rows.Aggregate(default(RowCounts), (sum, row) => sum + RowCounts.Of(row));
        var scale = (double)jobRows / rows.Count;
        var tokens = counts.PromptTokens + counts.CompletionTokens;
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
            EstimatedPromptTokens = (long)(counts.PromptTokens * scale),
            EstimatedCompletionTokens = (long)(counts.CompletionTokens * scale),
            EstimatedSeconds = Math.Round(time.TotalSeconds * scale, 1),
            Sha256 = sha256,
        };
    }
}
