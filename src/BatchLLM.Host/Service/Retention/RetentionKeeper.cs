using System.Diagnostics.Metrics;
using BatchLLM.Host.Retention;
using BatchLLM.Host.Service.Errors;
using BatchLLM.Jobs;
using BatchLLM.Retention;
using Microsoft.Extensions.Hosting;

namespace BatchLLM.Host.Service.Retention;

/// <summary>Removes what is over, while the service runs: at its start and every ten minutes.</summary>
/// <param name="settings">How long it is kept.</param>
/// <param name="jobs">Removes jobs.</param>
/// <param name="results">Removes results.</param>
/// <param name="files">Deletes files.</param>
/// <param name="uploads">Removes what was never finished.</param>
/// <param name="log">What was removed.</param>
/// <param name="meters">Where it is counted.</param>
/// <param name="time">The clock.</param>
internal sealed class RetentionKeeper(
    RetentionSettings settings,
    JobRetention jobs,
    ResultRetention results,
    FileRetention files,
    UploadSweep uploads,
    ServiceLog log,
    IMeterFactory meters,
    TimeProvider time) : BackgroundService
{
    // Of a store that is down every job has the same to say.
    private const int MostTroubles = 5;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    private readonly Counter<long> _removed = meters.Create(PipelineTelemetry.Name)
        .CreateCounter<long>("batchllm.retention.removed", "{thing}", "What was removed because it was old or never finished, by kind.");

    /// <summary>Removes what is old enough now.</summary>
    /// <exception cref="BatchLLMException">The database or a blob store fails.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (settings.Files is { } filesAge)
        {
            Tell("file", await files.DeleteAsync(filesAge, cancellationToken), TimeBudget.Format(filesAge));
        }

        await RemoveResultsAsync(cancellationToken);
        if (settings.Jobs is { } jobsAge)
        {
            Tell(await jobs.RemoveAsync(jobsAge, settings.Results is not null, cancellationToken), TimeBudget.Format(jobsAge));
        }

        Tell("upload", await uploads.RunAsync(cancellationToken), "one hour, never finished");
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // Of a defect not its message, which may hold anything.
                var what = exception is BatchLLMException ? exception.Message : $"unexpected {exception.GetType().FullName}:{Environment.NewLine}{exception.StackTrace}";
                log.Write($"Retention: {what} Tried again in ten minutes.");
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task RemoveResultsAsync(CancellationToken cancellationToken)
    {
        var (removed, failed) = (0, 0);
        await foreach (var outcome in results.RemoveAsync(settings.Results, cancellationToken))
        {
            removed += outcome.Fate == ResultFate.Removed ? 1 : 0;
            failed += outcome.Fate == ResultFate.Failed ? 1 : 0;
            if (outcome is { Fate: ResultFate.Removed, Note: { } note })
            {
                log.Write(FormattableString.Invariant($"Retention: of the results of job {outcome.Results.Id} ({outcome.Results.Name}), {note}."));
            }
            else if (outcome.Fate == ResultFate.Failed && failed <= MostTroubles)
            {
                log.Write(FormattableString.Invariant($"Retention: the results of job {outcome.Results.Id} ({outcome.Results.Name}) stay until the next time. {outcome.Note}"));
            }
        }

        if (failed > MostTroubles)
        {
            log.Write(FormattableString.Invariant($"Retention: so do those of {failed - MostTroubles} more."));
        }

        Tell("result", removed, settings.Results is { } age ? $"{TimeBudget.Format(age)}, or than their jobs say" : "their jobs say");
    }

    private void Tell(RemovedRows rows, string age)
    {
        Tell("job", rows.Jobs, age);
        Tell("shard", rows.Shards, age);
        Tell("batch", rows.Batches, age);
        Tell("firing", rows.Firings, age);
        Tell("preflight", rows.Preflights, age);
        Tell("file_row", rows.Files, age);
    }

    private void Tell(string kind, long count, string age)
    {
        if (count > 0)
        {
            _removed.Add(count, new KeyValuePair<string, object?>("kind", kind));
            log.Write(FormattableString.Invariant($"Retention: removed {count} of kind {kind}, older than {age}."));
        }
    }
}
