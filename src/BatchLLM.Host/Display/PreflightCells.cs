using System.Globalization;
using BatchLLM.Preflight;

namespace BatchLLM.Host.Display;

/// <summary>The lines of a preflight's table.</summary>
internal static class PreflightCells
{
    /// <summary>What, how much, and what to know about it.</summary>
    public static IEnumerable<(string What, string Number, string Remark)> Of(PreflightReport report) =>
        [.. Rows(report), .. Findings(report), .. Expected(report)];

    private static IEnumerable<(string, string, string)> Rows(PreflightReport report) =>
    [
        ($"Job {report.Name}", Number(report.Rows), "rows"),
        ("  ready", Number(report.Ready), ""),
        ("  would fail", Number(report.Failed), ""),
        ("Prompt tokens", Number(report.PromptTokens), Text(
            $"a row: shortest {report.ShortestPrompt:N0}, median {report.MedianPrompt:N0}, longest {report.LongestPrompt:N0}")),
        ("Completion tokens, at most", Number(report.MaxCompletionTokens), ""),
    ];

    private static IEnumerable<(string, string, string)> Findings(PreflightReport report) =>
    [
        ("Over-long rows", Number(report.Overlong.Rows), Text(
            $"{report.Overlong.Failed:N0} fail, {report.Overlong.Cut:N0} are cut ({report.Overlong.Policy})")),
        ("Rows like another", Number(report.Duplicates.Rows), Text(
            $"{report.Duplicates.Groups:N0} groups, {report.Duplicates.PromptTokens:N0} prompt tokens; ") +
            Text($"{report.Duplicates.GreedyRows:N0} get the same answer")),
        ("Shared prompt tokens", Text($"{report.SharedPrefixes.Share:P1}"), Text(
            $"{report.SharedPrefixes.Tokens:N0}, in whole blocks {report.SharedPrefixes.BlockTokens:N0}; ") +
            Text($"all rows begin with {report.SharedPrefixes.CommonTokens:N0}")),
        ("  planned not to compute", Number(report.SharedPrefixes.PlannedTokens), Text(
            $"{report.SharedPrefixes.CopiedRows:N0} rows are copied from a like one")),
    ];

    private static IEnumerable<(string, string, string)> Expected(PreflightReport report)
    {
        if (report.Estimate is { } estimate)
        {
            yield return ("Completion tokens, about", Number(estimate.CompletionTokens.Likely), Text(
                $"{estimate.CompletionTokens.Low:N0} to {estimate.CompletionTokens.High:N0}"));
            yield return ("Run time, about", estimate.RunSeconds is { } time ? Time(time.Likely) : "unknown",
                estimate.RunSeconds is { } range ? $"{Time(range.Low)} to {Time(range.High)}" : "too short a sample; raise --measure");
            yield return ("  measured on", Number(estimate.BegunRows), Text(
                $"rows in {estimate.Seconds:N1} s; {estimate.FinishedRows:N0} ended; ") + Rates(estimate));
        }
        else
        {
            yield return ("Run time, about", "unknown", "nothing was run to measure it");
        }

        if (report.Memory is { } memory)
        {
            var rest = memory.Gpu is null ? $"rows {Size(memory.WindowBytes)}" : $"a step {Size(memory.StepBytes)}, of {memory.Gpu}";
            yield return ("Memory, about", Size(memory.TotalBytes), Text(
                $"weights {Size(memory.WeightBytes)}, KV cache {Size(memory.KvBytes)}, {rest}") +
                (memory.Fits ? "" : $"; {(memory.Gpu is null ? "this machine has" : "free there are")} {Size(memory.AvailableBytes)}"));
        }
    }

    private static string Rates(RunEstimate estimate) => Text(
        $"tokens/s: prompt {estimate.PromptTokensPerSecond:N0}, completion {estimate.CompletionTokensPerSecond:N0}");

    private static string Time(double seconds) => ProgressReading.Format(TimeSpan.FromSeconds(Math.Ceiling(seconds)));

    private static string Size(long bytes) => bytes < 1 << 30
        ? Text($"{bytes / (double)(1 << 20):N0} MiB")
        : Text($"{bytes / (double)(1 << 30):N1} GiB");

    private static string Number(double value) => Text($"{value:N0}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
