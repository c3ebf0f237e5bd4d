using System.Globalization;
using BatchLLM.Canaries;

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
            $"  {canary.TokensPerSecond:N0} tokens/s; all rows at this: {canary.EstimatedPromptTokens:N0} prompt and " +
            $"{canary.EstimatedCompletionTokens:N0} completion tokens, {ProgressReading.Format(TimeSpan.FromSeconds(canary.EstimatedSeconds))} with one worker");
    }

    private static string Errors(CanaryReport canary) => canary.Errors.Count == 0
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $" ({string.Join(", ", canary.Errors.Select(error => $"{error.Key} {error.Value}"))})");
}
