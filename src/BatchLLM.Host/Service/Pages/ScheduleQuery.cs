using System.Globalization;

namespace BatchLLM.Host.Service.Pages;

/// <summary>What a schedule's page is asked for.</summary>
/// <param name="Id">The schedule.</param>
/// <param name="Before">Firings that were due before; null for the latest.</param>
internal sealed record ScheduleQuery(long Id, DateTimeOffset? Before)
{
    /// <summary>As an address: <c>/schedules/5?before=2026-11-22T02%3A30%3A00.0000000Z</c>.</summary>
    public override string ToString()
    {
        var before = Before is { } time ? $"?before={Uri.EscapeDataString(time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture))}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"/schedules/{Id}{before}");
    }
}
