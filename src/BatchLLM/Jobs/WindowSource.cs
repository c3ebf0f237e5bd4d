namespace BatchLLM.Jobs;

/// <summary>
/// Leases and reads a job's windows one after the other, the next one on request while the engine still runs the last:
/// reading and tokenizing cost no time of their own.
/// </summary>
internal sealed class WindowSource : IAsyncDisposable
{
    private readonly IShardLeases _store;
    private readonly Func<CancellationToken, Task<bool>> _isUnfinished;
    private readonly WindowReader _reader;
    private readonly PipelineOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<CrashWindow> _reach;
    private readonly Job _job;
    private readonly CancellationTokenSource _stop;
    private Task<HeldWindow?>? _next;

    /// <param name="store">Where leases come from.</param>
    /// <param name="isUnfinished">True while the job runs and has shards that are not committed, whoever holds them.</param>
    /// <param name="reader">Blob to rows to prompts to tokens.</param>
    /// <param name="options">Sizes and times.</param>
    /// <param name="time">Clock of the lease renewals.</param>
    /// <param name="reach">Called at each crash window.</param>
    /// <param name="job">A job of the store.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public WindowSource(
        IShardLeases store,
        Func<CancellationToken, Task<bool>> isUnfinished,
        WindowReader reader,
        PipelineOptions options,
        TimeProvider time,
        Action<CrashWindow> reach,
        Job job,
        CancellationToken cancellationToken)
    {
        (_store, _isUnfinished, _reader, _options, _time, _reach, _job) = (store, isUnfinished, reader, options, time, reach, job);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <summary>Starts leasing and reading the next window, unless that is under way; no window if none is free now.</summary>
    public void Prefetch() => _next ??= Task.Run(async () => await ReadAsync(await LeaseAsync()));

    /// <summary>The next window, whose leases are held at this moment; null if there is none.</summary>
    /// <param name="mayWait">
    /// True to wait for shards that others hold, unless the worker may leave the job to them: null then says that the job has
    /// no window left for this worker.
    /// </param>
    /// <exception cref="OperationCanceledException">Its leases were lost; ask again.</exception>
    /// <exception cref="BatchLLMException">The store failed, or a file cannot be read.</exception>
    public async Task<HeldWindow?> NextAsync(bool mayWait)
    {
        var prefetched = _next;
        var isLate = prefetched is { IsCompleted: false };
        _next = null;
        if (prefetched is null || await prefetched is not { } held)
        {
            return await ReadAsync(await (mayWait ? LeaseOrWaitAsync() : LeaseAsync()));
        }

        var isHandedOut = false;
        try
        {
            if (!await MayLeaseAsync())
            {
                return null;
            }

            // It may have waited for long. A job that was paused or cancelled meanwhile must not run on.
            isHandedOut = await held.Keeper.ConfirmAsync();
            if (isHandedOut && isLate)
            {
                // Rows end faster than they are read: the window after it is wanted now, not when half of this one has run.
                Prefetch();
            }

            return isHandedOut ? held : throw new OperationCanceledException();
        }
        finally
        {
            await (isHandedOut ? ValueTask.CompletedTask : held.DisposeAsync());
        }
    }

    /// <summary>Ends what is being read, and the runs of all windows that were handed out: their leases count as lost.</summary>
    public Task StopAsync() => _stop.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_next is { } next)
        {
            await DiscardAsync(next);
        }

        _stop.Dispose();
    }

    private static async Task DiscardAsync(Task<HeldWindow?> next)
    {
        // Nobody waits for this window any more, nor for what went wrong with it.
        await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (next.IsCompletedSuccessfully && await next is { } held)
        {
            await held.DisposeAsync();
        }
    }

    private async Task<HeldWindow?> ReadAsync(IReadOnlyList<ShardLease> leases)
    {
        if (leases.Count == 0)
        {
            return null;
        }

        var keeper = LeaseKeeper.Hold(_store, leases, _options.LeaseDuration, _time, _stop.Token);
        try
        {
            // If the process dies here, the leases run out and the shards are run again from their first row.
            _reach(CrashWindow.ShardsLeased);
            var start = _time.GetTimestamp();
            using var span = PipelineTelemetry.Begin("window.read", _job.Id)?.SetTag("batchllm.window.shards", leases.Count);
            var window = await _reader.ReadAsync(_job, leases, keeper.Lost);
            PipelineTelemetry.WindowRead(_time.GetElapsedTime(start));
            return new HeldWindow(window, keeper);
        }
        catch
        {
            await keeper.DisposeAsync();
            throw;
        }
    }

    private async Task<IReadOnlyList<ShardLease>> LeaseAsync() => await MayLeaseAsync()
        ? await _store.LeaseAsync(
            _job.Id, _options.Worker, _options.ShardsPerWindow, _options.LeaseDuration, _stop.Token)
        : [];

    private async ValueTask<bool> MayLeaseAsync() =>
        _options.MayLease is not { } mayLease || await mayLease(_stop.Token);

    /// <summary>
    /// Leases the next shards. None left to lease while others still hold some: waits, because a dead worker's shards come
    /// free when its lease runs out; unless the worker may have something else to do.
    /// </summary>
    private async Task<IReadOnlyList<ShardLease>> LeaseOrWaitAsync()
    {
        using var timer = new PeriodicTimer(_options.LeasePollInterval, _time);
        while (true)
        {
            var leases = await LeaseAsync();
            if (leases.Count > 0 || _options.MayLease is not null || !await _isUnfinished(_stop.Token))
            {
                return leases;
            }

            await timer.WaitForNextTickAsync(_stop.Token);
        }
    }
}
