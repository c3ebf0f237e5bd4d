using BatchLLM.Host.Jobs;

namespace BatchLLM.Host.Preflight;

/// <summary>What the command line of <c>validate</c> says besides the job.</summary>
/// <param name="Measure">How long a sample is run at most; zero for not at all.</param>
/// <param name="ReportUri">Folder of the reports; null for the job's output folder.</param>
internal sealed record PreflightSettings(TimeSpan Measure, string? ReportUri)
{
    /// <summary>Takes the place of the job's device; null for that one.</summary>
    public WorkerDevice? Device { get; init; }
}
