using System.Globalization;
using BatchLLM.Canaries;
using BatchLLM.Preflight;

namespace BatchLLM.Host.Display;

/// <summary>What a canary came to, in lines for people.</summary>
internal static class CanaryLines
{
    /// <summary>The lines.</summary>
    public static IEnumerable<string> Of(CanaryReport canary)
    {
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"Canary: {canary.Rows:N0} rows, {canary.Ok:N0} ok, {canary.Truncated:N0} truncated, {canary.Failed:N0} failed{Errors(canary)}");
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"  {canary.TokensPerSecond:N0} tokens/s; all rows at this: {canary.EstimatedPromptTokens:N0} prompt tokens{Range(canary.EstimatedPromptTokensRange, Count)}, " +
            $"{canary.EstimatedCompletionTokens:N0} completion tokens{Range(canary.EstimatedCompletionTokensRange, Count)}, " +
            $"{Time(canary.EstimatedSeconds)}{Range(canary.EstimatedSecondsRange, Time)} with one worker{Source(canary)}");
    }

    private static string Range(Interval? range, Func<double, string> show) => range is null ? "" : $" ({show(range.Low)} to {show(range.High)})";

    private static string Source(CanaryReport canary) => canary.EstimatedSecondsRange is null ? "" : "; ranges by how much these rows differ";

    private static string Count(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Time(double seconds) => ProgressReading.Format(TimeSpan.FromSeconds(seconds));

    private static string Errors(CanaryReport canary) => canary.Errors.Count == 0
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $" ({string.Join(", ", canary.Errors.Select(error => $"{error.Key} {error.Value}"))})");
}
