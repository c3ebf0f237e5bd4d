using BatchLLM.Inference;
using BatchLLM.Jobs;

namespace BatchLLM;

/// <summary>
/// The whole way of a job, as one loop: lease shards, read their rows as a window of tokenized prompts, run the window
/// while the next one is read, and its last rows beside the next one's first; write and commit each shard as its last row
/// ends; then publish. Any number of processes may run it on the same job.
/// </summary>
/// <param name="store">Durable state.</param>
/// <param name="reader">Blob to rows to prompts to tokens.</param>
/// <param name="engine">Tokens to completions.</param>
/// <param name="writer">Completions to shard output.</param>
/// <param name="publisher">Committed shards to final files and receipt.</param>
/// <param name="options">Sizes and times.</param>
/// <param name="time">Clock of the lease renewals.</param>
/// <param name="reach">Called at each crash window.</param>
public sealed class BatchPipeline(
    IJobStore store,
    WindowReader reader,
    IBatchEngine engine,
    ShardWriter writer,
    JobPublisher publisher,
    PipelineOptions options,
    TimeProvider time,
    Action<CrashWindow> reach)
{
    /// <summary>
    /// Runs the job until it is complete, paused or cancelled, or until this worker leaves it to others (see
    /// <see cref="PipelineOptions.MayLease"/>), and returns how it stands then.
    /// </summary>
    /// <param name="job">A job of the store.</param>
    /// <param name="progress">Counts rows as they end.</param>
    /// <param name="cancellationToken">Stops at once; leases are handed back, nothing committed is lost.</param>
    /// <exception cref="BatchLLMException">The store, a file or the engine failed. Resuming continues.</exception>
    public async Task<Job> RunAsync(Job job, JobProgress progress, CancellationToken cancellationToken)
    {
        using var span = PipelineTelemetry.Begin("job.run", job.Id);
        await using (var windows = new WindowSource(store, token => IsUnfinishedAsync(job, token), reader, options, time, reach, job, cancellationToken))
        {
            await RunWindowsAsync(job, windows, progress, cancellationToken);
        }

        return await publisher.PublishAsync(job.Id, cancellationToken);
    }

    /// <summary>One window after the other; each begins beside the last rows of the one before.</summary>
    private async Task RunWindowsAsync(
        Job job, WindowSource windows, JobProgress progress, CancellationToken cancellationToken)
    {
        var (before, newest) = (RunningWindow.None, RunningWindow.None);
        try
        {
            while (await NextAsync(job, windows, newest, cancellationToken) is { } held)
            {
                before = newest;
                newest = RunningWindow.Start(tail => RunAsync(job, held, windows, progress, tail, cancellationToken));
                await before.Ended;
                await newest.InTail;
            }
        }
        finally
        {
            await windows.StopAsync();
            await Task.WhenAll(before.Ended, newest.Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The next window, beside one that still runs; null if that has ended and no window is left.</summary>
    private async Task<HeldWindow?> NextAsync(
        Job job, WindowSource windows, RunningWindow running, CancellationToken cancellationToken)
    {
        while (true)
        {
            var isOnly = running.Ended.IsCompleted;
            await (isOnly ? running.Ended : Task.CompletedTask);
            try
            {
                var held = await windows.NextAsync(mayWait: isOnly);
                if (held is not null || isOnly)
                {
                    return held;
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Its leases were lost while it waited. The next round finds out why.
                continue;
            }
            catch (BatchLLMException) when (!cancellationToken.IsCancellationRequested)
            {
                // What runs is worth keeping, whatever is wrong with what comes after it.
                await running.Ended;
                if (!await IsOverAsync(job, cancellationToken))
                {
                    throw;
                }
            }

            await running.Ended;
        }
    }

    private async Task RunAsync(
        Job job, HeldWindow held, WindowSource windows, JobProgress progress, Action inTail, CancellationToken cancellationToken)
    {
        try
        {
            await using (held)
            {
                await RunWindowAsync(job, held, windows, progress, inTail);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Every lease was lost: the job was paused or cancelled, or other workers took over. The next round finds out.
        }
        catch (BatchLLMException) when (!cancellationToken.IsCancellationRequested)
        {
            // Who cancels a job, or completes it under a newer lease, tidies away what this one may be writing.
            if (!await IsOverAsync(job, cancellationToken))
            {
                throw;
            }
        }
    }

    private async Task RunWindowAsync(
        Job job, HeldWindow held, WindowSource windows, JobProgress progress, Action inTail)
    {
        var start = time.GetTimestamp();
        using var span = PipelineTelemetry.Begin("window.run", job.Id)?
            .SetTag("batchllm.window.shards", held.Window.Shards.Count).SetTag("batchllm.window.rows", held.Window.Requests.Count);
        var group = new GroupCommit(held.Window.Shards.Count, shards => StoreAsync(job, shards, held.Keeper), time);
        using var commits = new ShardCommits(
            shard => writer.WriteAsync(shard, held.Keeper.Lost), (shard, write) => CommitAsync(job, shard, write, group, progress));
        try
        {
            await RunRowsAsync(held, windows, progress, inTail, commits);
        }
        catch
        {
            // They must not outlive their leases. What did not get into the store is run again, and counted then.
            await commits.SettleAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            held.Window.Shards.Where(shard => !shard.IsSettled).ToList().ForEach(shard => progress.Add(-shard.Counts));
            throw;
        }

        await commits.SettleAsync();
        PipelineTelemetry.WindowRun(time.GetElapsedTime(start));
    }

    private async Task RunRowsAsync(
        HeldWindow held, WindowSource windows, JobProgress progress, Action inTail, ShardCommits commits)
    {
        var (window, keeper) = held;
        foreach (var shard in window.Shards)
        {
            progress.Add(shard.Counts);
            StartIfComplete(commits, shard);
        }

        var left = window.Requests.Count;
        await foreach (var generation in engine.RunAsync(window.Requests, keeper.Lost))
        {
            if (--left <= engine.Limits.ConcurrentRows && !HasErrorBudget)
            {
                // With a budget, the window's commits may pause the job: nothing more is to be run before they are known.
                inTail();
            }
            else if (left <= window.Requests.Count / 2)
            {
                // Not earlier: shards that wait here are shards that another worker could run.
                windows.Prefetch();
            }

            var (shard, row) = window.Accept(generation);
            progress.Add(row);
            StartIfComplete(commits, shard);
            await commits.CheckAsync();
        }
    }

    private static void StartIfComplete(ShardCommits commits, WindowShard shard)
    {
        if (shard.IsComplete)
        {
            commits.Start(shard);
        }
    }

    private async Task CommitAsync(
        Job job, WindowShard shard, Func<Task<ShardOutput>> write, GroupCommit group, JobProgress progress)
    {
        var start = time.GetTimestamp();
        using var span = PipelineTelemetry.Begin("shard.commit", job.Id)?.SetTag("batchllm.shard.index", shard.Lease.ShardIndex);
        var output = await write();

        // If the process dies here, the part is garbage under an epoch's name that nobody will commit.
        reach(CrashWindow.PartWritten);
        var isCounted = await group.CommitAsync(new FinishedShard(shard.Lease, output));
        PipelineTelemetry.Committed(shard.Counts + -shard.CountedBefore, isCounted, time.GetElapsedTime(start));
        shard.IsSettled = true;
        if (!isCounted)
        {
            progress.Add(-shard.Counts);
            return;
        }

        // If the process dies here, the shard counts; only publishing is left, and that can be repeated.
        reach(CrashWindow.ShardCommitted);
    }

    private Task<IReadOnlyList<bool>> StoreAsync(Job job, IReadOnlyList<FinishedShard> shards, LeaseKeeper keeper)
    {
        foreach (var shard in shards)
        {
            keeper.Drop(shard.Lease);
        }

        return store.CommitAsync(shards, counts => ReasonToPause(job, counts), CancellationToken.None);
    }

    private bool HasErrorBudget => options.Policies is not { ErrorBudgetRows: null, ErrorBudgetShare: null };

    private string? ReasonToPause(Job job, RowCounts counts) =>
        ErrorBudget.ReasonToPause(options.Policies, counts.Failed, job.Definition.RowCount);

    private async Task<bool> IsUnfinishedAsync(Job job, CancellationToken cancellationToken) =>
        await store.FindAsync(job.Id, cancellationToken) is { State: JobState.Running, IsAllCommitted: false };

    private async Task<bool> IsOverAsync(Job job, CancellationToken cancellationToken) =>
        await store.FindAsync(job.Id, cancellationToken) is not { State: JobState.Running or JobState.Paused };
}
