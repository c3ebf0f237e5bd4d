using System.Text.Json;
using BatchLLM.Preflight;

namespace BatchLLM.Host.Preflight;

/// <summary>The report as JSON: names in snake case, as <c>--json</c> prints them.</summary>
internal static class PreflightJson
{
    /// <summary>The report as UTF-8.</summary>
    public static byte[] Write(PreflightReport report) => JsonSerializer.SerializeToUtf8Bytes(report, Terminal.JsonOptions);

    /// <summary>The report again; null if another version wrote it in another form.</summary>
    public static PreflightReport? TryRead(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<PreflightReport>(json, Terminal.JsonOptions);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
