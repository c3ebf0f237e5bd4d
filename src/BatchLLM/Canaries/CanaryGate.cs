using System.Globalization;

namespace BatchLLM.Canaries;

/// <summary>Decides whether a job goes on after its canary. Pure.</summary>
public static class CanaryGate
{
    /// <summary>Why the job waits for a person, in words; null if it goes on by itself.</summary>
    /// <param name="spec">What the job asks for.</param>
    /// <param name="report">What its canary came to.</param>
    public static string? ReasonToWait(CanarySpec spec, CanaryReport report)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(report);
        var excesses = new[] { Excess("failed", report.Failed, report.Rows, spec.MaxFailed), Excess("truncated", report.Truncated, report.Rows, spec.MaxTruncated) }
            .OfType<string>().ToList();
        return excesses.Count > 0 ? $"canary: {string.Join("; ", excesses)}; approve the job to go on all the same, or cancel it"
            : spec is { MaxFailed: null, MaxTruncated: null } ? Found(report)
            : null;
    }

    private static string Found(CanaryReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"canary: {report.Rows} rows ran, {report.Failed} failed, {report.Truncated} truncated; approve the job to go on, or cancel it");

    private static string? Excess(string what, long found, int rows, double? most) => most is { } share && found > share * rows
        ? string.Create(CultureInfo.InvariantCulture, $"{found} of {rows} rows {what}, the job allows {share * 100:0.######} %")
        : null;
}
