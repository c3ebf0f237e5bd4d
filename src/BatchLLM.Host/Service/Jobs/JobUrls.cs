using System.Globalization;

namespace BatchLLM.Host.Service.Jobs;

/// <summary>Where to ask about a job, relative to the service.</summary>
/// <param name="Self">The job.</param>
/// <param name="Events">Its progress, as server-sent events.</param>
/// <param name="Results">Its rows so far.</param>
/// <param name="Errors">Its failed rows so far.</param>
/// <param name="Receipt">Its receipt; there once the job is over.</param>
internal sealed record JobUrls(string Self, string Events, string Results, string Errors, string Receipt)
{
    /// <summary>Those of a job.</summary>
    public static JobUrls Of(long id)
    {
        var self = string.Create(CultureInfo.InvariantCulture, $"/api/jobs/{id}");
        return new JobUrls(self, $"{self}/events", $"{self}/results", $"{self}/errors", $"{self}/receipt");
    }
}
