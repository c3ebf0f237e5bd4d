using System.Text;
using BatchLLM.Jobs;
using BatchLLM.Preflight;

namespace BatchLLM.Host.Preflight;

/// <summary>Keeps a report in the database, where its job's runs find it.</summary>
internal static class ReportKeeping
{
    /// <summary>Keeps it. A preflight is of use without a database too, so one that cannot be had is no failure.</summary>
    /// <returns>Why it was not kept; null if it was.</returns>
    public static async Task<string?> KeepAsync(
        PreflightReport report, string? database, CancellationToken cancellationToken)
    {
        try
        {
            await using var session = await DatabaseSession.OpenAsync(database, cancellationToken);
            var json = Encoding.UTF8.GetString(PreflightJson.Write(report));
            await session.Preflights.SaveAsync(report.Key, json, cancellationToken);
            return null;
        }
        catch (BatchLLMException e)
        {
            return e.Message;
        }
    }

    /// <summary>The report that was kept for a job like this; null if there is none, or the job has no key yet.</summary>
    public static async Task<PreflightReport?> FindAsync(
        IPreflightStore store, Job job, CancellationToken cancellationToken) =>
        job.Definition.Key is { } key && await store.FindAsync(key, cancellationToken) is { } json
            ? PreflightJson.TryRead(json)
            : null;
}
