using System.Globalization;
using BatchLLM.Preflight;

namespace BatchLLM.Host.Display;

/// <summary>What a preflight estimated beside the truth, as text.</summary>
internal static class EstimateLines
{
    /// <summary>One line a quantity.</summary>
    public static IEnumerable<string> Of(EstimateCheck check)
    {
        yield return $"Planned not to compute: {Count(check.SharedPromptTokens)} prompt tokens" +
            (check.ActualSharedPromptTokens is { } shared ? $", actual: {Count(shared)}" : "");
        if (check.CompletionTokens is { } tokens)
        {
            yield return Line("completion tokens", tokens, check.ActualCompletionTokens, Count);
        }

        if (check.RunSeconds is { } time)
        {
            yield return Line("run time", time, check.ActualSeconds, Time);
        }
    }

    private static string Line(string what, Interval range, double? actual, Func<double, string> show) =>
        $"Estimated {what}: {show(range.Likely)} ({show(range.Low)} to {show(range.High)})" +
        (actual is { } truth ? $", actual: {show(truth)}" : "");

    private static string Count(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Time(double seconds) => ProgressReading.Format(TimeSpan.FromSeconds(Math.Ceiling(seconds)));
}
