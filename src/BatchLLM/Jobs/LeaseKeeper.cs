namespace BatchLLM.Jobs;

/// <summary>
/// Keeps a window's leases alive while it runs, and says when they are lost. What is still held at the end is handed back,
/// so that a worker that stops cleanly makes nobody wait.
/// </summary>
internal sealed class LeaseKeeper : IAsyncDisposable
{
    /// <summary>
    /// Leases that were given or renewed so lately are not asked for again: where several windows end in a second, a third of what the
    /// store was asked was that. A job that is paused may so run one window more, if the worker reads it within this time.
    /// </summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly IShardLeases _store;
    private readonly TimeProvider _time;
    private readonly TimeSpan _duration;
    private readonly CancellationTokenSource _lost;
    private readonly PeriodicTimer _timer;
    private readonly Task _renewing;
    private readonly Lock _lock = new();
    private readonly List<ShardLease> _held;
    private long _kept; // when the store last said that they are held

    private LeaseKeeper(
        IShardLeases store, IReadOnlyList<ShardLease> leases, TimeSpan duration, TimeProvider time, CancellationToken stop)
    {
        (_store, _time, _duration) = (store, time, duration);
        _kept = time.GetTimestamp();
        _held = [.. leases];
        _lost = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _timer = new PeriodicTimer(duration / 3, time);
        _renewing = RenewAsync();
    }

    /// <summary>Cancelled when no lease is held any longer, or when the caller asked to stop.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Starts renewing.</summary>
    public static LeaseKeeper Hold(
        IShardLeases store, IReadOnlyList<ShardLease> leases, TimeSpan duration, TimeProvider time, CancellationToken stop) =>
        new(store, leases, duration, time, stop);

    /// <summary>Renews now, unless that was done within a second. False if no lease is held any longer.</summary>
    public async Task<bool> ConfirmAsync() => Snapshot() is { Count: > 0 } held
        && (_time.GetElapsedTime(Volatile.Read(ref _kept)) < Fresh || await KeepAsync(held));

    /// <summary>A committed shard needs no lease.</summary>
    public void Drop(ShardLease lease)
    {
        lock (_lock)
        {
            _held.Remove(lease);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _renewing;
        await ReleaseAsync();
        _lost.Dispose();
    }

    private async Task RenewAsync()
    {
        while (await _timer.WaitForNextTickAsync())
        {
            var held = Snapshot();
            if (held.Count > 0 && !await KeepAsync(held))
            {
                await _lost.CancelAsync();
                return;
            }
        }
    }

    private async Task<bool> KeepAsync(List<ShardLease> held)
    {
        try
        {
            var asked = _time.GetTimestamp();
            var kept = await _store.RenewAsync(held, _duration, CancellationToken.None);
            Volatile.Write(ref _kept, asked);
            Forget(held.Except(kept));
            return kept.Count > 0;
        }
        catch (BatchLLMException)
        {
            // The store has already retried for longer than a lease lives: others may have the shards by now.
            return false;
        }
    }

    private async Task ReleaseAsync()
    {
        var held = Snapshot();
        if (held.Count == 0)
        {
            return;
        }

        try
        {
            await _store.ReleaseAsync(held, CancellationToken.None);
        }
        catch (BatchLLMException)
        {
            // Only a courtesy: the leases run out by themselves. The failure that brought us here is the one to report.
        }
    }

    private void Forget(IEnumerable<ShardLease> leases)
    {
        foreach (var lease in leases.ToList())
        {
            Drop(lease);
        }
    }

    private List<ShardLease> Snapshot()
    {
        lock (_lock)
        {
            return [.. _held];
        }
    }
}
