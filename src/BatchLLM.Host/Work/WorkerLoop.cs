using System.Reflection;
using BatchLLM.Cuda.Devices;
using BatchLLM.Host.Jobs;
using BatchLLM.Host.Retention;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Work;

/// <summary>
/// A worker: takes one job after the other from the queue, plans it, runs it with whoever else does, publishes it if nobody
/// else will.
/// </summary>
/// <param name="state">Durable state.</param>
/// <param name="models">The model directories that it serves; empty for any.</param>
/// <param name="output">Receives its log.</param>
internal sealed class WorkerLoop(DatabaseSession state, IReadOnlyList<string> models, TextWriter output)
{
    // Found by asking, not by a notification: that would take a connection of its own, and an outage would lose it unnoticed.
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time = TimeProvider.System;
    private readonly WorkerLog _log = new(output, TimeProvider.System);
    private readonly LeftJobs _left = new(TimeProvider.System);
    private long? _gaveWay; // the job that was left for another one just now

    /// <summary>The device that it computes on, and takes jobs for; null for any job, on the device that the job names.</summary>
    public WorkerDevice? Device { get; init; }

    /// <summary>Works until it is told to end.</summary>
    /// <param name="drain">The window under way is run to its end and committed; then it returns.</param>
    /// <param name="stop">It stops at once; leases are handed back, nothing committed is lost.</param>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    /// <exception cref="DeviceLostException">Its GPU was lost; what it had of a job is handed back.</exception>
    public async Task RunAsync(CancellationToken drain, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(drain, stop);
        using var shelf = new ModelShelf(Device);
        await using var heart = WorkerHeart.Start(state.Workers, FirstBeat(), _time);
        await using var draining = drain.Register(heart.Drain);
        var place = Device is null ? "" : $", on {Device.Name}";
        _log.Write($"Worker {WorkerIdentity.Current} takes jobs of {(models.Count == 0 ? "any model" : string.Join(", ", models))}{place}.");
        while (!ending.IsCancellationRequested)
        {
            if (!await TryTakeAsync(shelf, heart, ending.Token, stop))
            {
                await WaitAsync(ending.Token);
            }
        }

        stop.ThrowIfCancellationRequested();
        _log.Write("Worker ends.");
    }

    /// <summary>False if there is nothing to do now, or the database is in trouble.</summary>
    private async Task<bool> TryTakeAsync(
        ModelShelf shelf, WorkerHeart heart, CancellationToken ending, CancellationToken stop)
    {
        try
        {
            var offer = new WorkerOffer(WorkerIdentity.Current, models)
            {
                Except = [.. _left.Now, .. Once(ref _gaveWay)],
                Device = Device?.Kind,
            };
            if (await state.Queue.ClaimAsync(offer, ending) is not { } claimed)
            {
                heart.Say(WorkerState.Idle, null);
                return false;
            }

            heart.Say(WorkerState.Running, claimed.Job.Id);
            await WorkAsync(claimed, offer, shelf, ending, stop);
            return true;
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return true;
        }
        catch (BatchLLMException exception) when (exception is not DeviceLostException)
        {
            _log.Write(exception.Message);
            return false;
        }
    }

    private async Task WorkAsync(
        ClaimedJob claimed, WorkerOffer offer, ModelShelf shelf, CancellationToken ending, CancellationToken stop)
    {
        var job = claimed.Job;
        if (claimed.Plan is { } claim)
        {
            // Who planned a job begins with it, whatever came meanwhile: its turn ends soon enough for what is more urgent.
            var planning = new JobPlanning(state.Queue, shelf, new InputsInRemoval(state.ResultRetention), _log, _time);
            var isRunning = await planning.PlanAsync(job, claim, offer.Duration, ending);
            if (!isRunning || ending.IsCancellationRequested || await state.Store.FindAsync(job.Id, stop) is not { } planned)
            {
                return;
            }

            job = planned;
        }

        var turn = new JobTurn(state.Queue, job.Id, offer, _time, ending);
        await new JobWork(state, shelf, _left, _log).RunAsync(job, turn, stop);
        _gaveWay = turn.GaveWay ? job.Id : null;
    }

    private static long[] Once(ref long? jobId)
    {
        long[] once = jobId is { } id ? [id] : [];
        jobId = null;
        return once;
    }

    private async Task WaitAsync(CancellationToken ending)
    {
        // Not all at the same moment.
        var wait = PollInterval * (0.75 + (Random.Shared.NextDouble() / 2));
        await Task.Delay(wait, _time, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private WorkerBeat FirstBeat() => new(
        WorkerIdentity.Current,
        Environment.MachineName,
        typeof(WorkerLoop).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        WorkerState.Idle,
        JobId: null,
        models);
}
