using System.Text;
using BatchLLM.Host.Jobs;
using BatchLLM.Host.Preflight;
using BatchLLM.Jobs;
using BatchLLM.Preflight;

namespace BatchLLM.Host.Service;

/// <summary>Runs preflights one after the other: each takes all cores.</summary>
/// <param name="store">Keeps reports, where their jobs' runs find them.</param>
/// <param name="device">Of the worker beside it; null for the one that a job names.</param>
/// <param name="time">The clock.</param>
internal sealed class PreflightDesk(IPreflightStore store, WorkerDevice? device, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Looks at a job; writes preflight.json and preflight-rows.jsonl into its output folder.</summary>
    /// <param name="spec">The job, its paths absolute.</param>
    /// <param name="measure">How long a sample is run at most; zero for not at all.</param>
    /// <param name="cancellationToken">Ends it, waiting for its turn included.</param>
    /// <exception cref="BatchLLMException">Model or input cannot be read.</exception>
    public async Task<PreflightReport> RunAsync(JobSpec spec, TimeSpan measure, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var settings = new PreflightSettings(measure, ReportUri: null) { Device = device };
            var run = new PreflightRun(settings, new PreflightStages(spec.Name, time), time);
            var report = await Task.Run(() => run.RunAsync(spec, cancellationToken), CancellationToken.None);
            await store.SaveAsync(report.Key, Encoding.UTF8.GetString(PreflightJson.Write(report)), cancellationToken);
            return report;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();
}
