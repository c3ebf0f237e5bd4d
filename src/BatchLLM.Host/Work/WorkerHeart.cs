using BatchLLM.Host.Jobs;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Work;

/// <summary>
/// Says every few seconds that this worker lives and what it does, and hands back what workers of this machine held that are
/// no more: others' machines cannot know before their leases run out.
/// </summary>
internal sealed class WorkerHeart : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // A courtesy, for which nobody waits long: what is held runs out by itself.
    private static readonly TimeSpan TimeToLeave = TimeSpan.FromSeconds(5);

    private readonly IWorkerRegistry _registry;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _beating;
    private volatile WorkerBeat _beat;
    private volatile bool _isDraining;

    private WorkerHeart(IWorkerRegistry registry, WorkerBeat beat, TimeProvider time)
    {
        (_registry, _beat) = (registry, beat);
        _beating = BeatAsync(time);
    }

    /// <summary>Starts beating.</summary>
    public static WorkerHeart Start(IWorkerRegistry registry, WorkerBeat beat, TimeProvider time) => new(registry, beat, time);

    /// <summary>What the next beats say.</summary>
    public void Say(WorkerState state, long? jobId) => _beat = _beat with { State = state, JobId = jobId };

    /// <summary>From now on the beats say that the worker takes nothing more.</summary>
    public void Drain() => _isDraining = true;

    /// <summary>Stops beating, and takes the worker's name off the list.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _beating;
        _stop.Dispose();
        using var limit = new CancellationTokenSource(TimeToLeave);
        await TryAsync(() => _registry.LeaveAsync(_beat.Name, limit.Token));
    }

    private async Task BeatAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (!_stop.IsCancellationRequested)
        {
            await TryAsync(BeatOnceAsync);
            await TryAsync(() => timer.WaitForNextTickAsync(_stop.Token).AsTask());
        }
    }

    private async Task BeatOnceAsync()
    {
        var beat = _beat;
        await _registry.BeatAsync(_isDraining ? beat with { State = WorkerState.Draining } : beat, _stop.Token);
        foreach (var worker in await _registry.ListAsync(_stop.Token))
        {
            if (WorkerIdentity.IsDead(worker.Beat.Name))
            {
                await _registry.LeaveAsync(worker.Beat.Name, _stop.Token);
            }
        }
    }

    private static async Task TryAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception exception) when (exception is BatchLLMException or OperationCanceledException)
        {
            // The next beat tries again; who works notices a lost database by itself.
        }
    }
}
