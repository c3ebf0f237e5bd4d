using System.Diagnostics.Metrics;
using BatchLLM.Jobs;
using Microsoft.Extensions.Hosting;

namespace BatchLLM.Host.Service.Telemetry;

/// <summary>How much work there is and who does it, looked up in the database every few seconds: what one scales workers by.</summary>
/// <param name="queue">Knows the jobs.</param>
/// <param name="workers">Knows the workers.</param>
/// <param name="meters">Where the gauges go.</param>
/// <param name="time">The clock.</param>
internal sealed class QueueGauges(IJobQueue queue, IWorkerRegistry workers, IMeterFactory meters, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private volatile IReadOnlyList<QueueLevel> _levels = [];
    private volatile IReadOnlyList<WorkerStatus> _workers = [];

    /// <summary>Looks once.</summary>
    /// <exception cref="BatchLLMException">The database fails.</exception>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        _levels = await queue.MeasureAsync(cancellationToken);
        _workers = await workers.ListAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Publish(meters.Create(PipelineTelemetry.Name));
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await TryLookAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task TryLookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LookAsync(cancellationToken);
        }
        catch (BatchLLMException)
        {
            // Old numbers would look like good ones; the readiness check says what is wrong.
            (_levels, _workers) = ([], []);
        }
    }

    private void Publish(Meter meter)
    {
        meter.CreateObservableGauge("batchllm.jobs", () => OfLevels(level => level.Jobs), "{job}", "Jobs that are not over, by state.");
        meter.CreateObservableGauge(
            "batchllm.queue.rows", () => OfLevels(level => level.OpenRows), "{row}", "Rows without a result, by the state of their jobs; those of queued jobs are not known yet.");
        meter.CreateObservableGauge(
            "batchllm.queue.age", () => OfLevels(level => level.OldestAge.TotalSeconds), "s", "Age of the oldest job, by state.");
        meter.CreateObservableGauge("batchllm.workers", OfWorkers, "{worker}", "Workers, by what they do.");
        meter.CreateObservableGauge("batchllm.leases", () => _workers.Sum(worker => (long)worker.Shards), "{shard}", "Shards that workers hold.");
    }

    private IEnumerable<Measurement<T>> OfLevels<T>(Func<QueueLevel, T> number)
        where T : struct =>
        _levels.Select(level => new Measurement<T>(number(level), State(level.State)));

    private IEnumerable<Measurement<long>> OfWorkers() => _workers.GroupBy(worker => worker.Beat.State)
        .Select(group => new Measurement<long>(group.LongCount(), State(group.Key)));

    private static KeyValuePair<string, object?> State<T>(T state)
        where T : struct, Enum => new("state", state.ToString().ToLowerInvariant());
}
