using BatchLLM.Inference;
using BatchLLM.Jobs;

namespace BatchLLM;

/// <summary>
/// The whole way of a job, as one loop: lease shards, read their rows as a window of tokenized prompts, run the window,
/// write and commit each shard as its last row ends; then publish. Any number of processes may run it on the same job.
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
    /// <summary>Runs the job until it is complete, paused or cancelled, and returns how it stands then.</summary>
    /// <param name="job">A job of the store.</param>
    /// <param name="progress">Counts rows as they end.</param>
    /// <param name="cancellationToken">Stops at once; leases are handed back, nothing committed is lost.</param>
    /// <exception cref="BatchLLMException">The store, a file or the engine failed. Resuming continues.</exception>
    public async Task<Job> RunAsync(Job job, JobProgress progress, CancellationToken cancellationToken)
    {
        while (await LeaseAsync(job, cancellationToken) is { Count: > 0 } leases)
        {
            await using var keeper = LeaseKeeper.Hold(store, leases, options.LeaseDuration, time, cancellationToken);
            try
            {
                await RunWindowAsync(job, leases, keeper, progress);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Every lease was lost: the job was paused or cancelled, or other workers took over. The loop finds out.
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

        return await publisher.PublishAsync(job.Id, cancellationToken);
    }

    private async Task RunWindowAsync(
        Job job, IReadOnlyList<ShardLease> leases, LeaseKeeper keeper, JobProgress progress)
    {
        // If the process dies here, the leases run out and the shards are run again from their first row.
        reach(CrashWindow.ShardsLeased);
        var window = await reader.ReadAsync(job, leases, keeper.Lost);
        foreach (var shard in window.Shards)
        {
            progress.Add(shard.Counts);
            await CommitIfCompleteAsync(job, shard, keeper, progress);
        }

        await foreach (var generation in engine.RunAsync(window.Requests, keeper.Lost))
        {
            var (shard, row) = window.Accept(generation);
            progress.Add(RowCounts.Of(row));
            await CommitIfCompleteAsync(job, shard, keeper, progress);
        }
    }

    private async Task CommitIfCompleteAsync(Job job, WindowShard shard, LeaseKeeper keeper, JobProgress progress)
    {
        if (!shard.IsComplete)
        {
            return;
        }

        var output = await writer.WriteAsync(shard, keeper.Lost);

        // If the process dies here, the part is garbage under an epoch's name that nobody will commit.
        reach(CrashWindow.PartWritten);
        keeper.Drop(shard.Lease);
        if (!await store.CommitAsync(shard.Lease, output, CancellationToken.None))
        {
            progress.Add(-shard.Counts);
            return;
        }

        // If the process dies here, the shard counts; only publishing is left, and that can be repeated.
        reach(CrashWindow.ShardCommitted);
        await PauseIfBudgetSpentAsync(job, CancellationToken.None);
    }

    private async Task PauseIfBudgetSpentAsync(Job job, CancellationToken cancellationToken)
    {
        if (options.Policies is { ErrorBudgetRows: null, ErrorBudgetShare: null })
        {
            return;
        }

        var counts = (await store.FindAsync(job.Id, cancellationToken))!.Counts;
        if (ErrorBudget.ReasonToPause(options.Policies, counts.Failed, job.Definition.RowCount) is { } reason)
        {
            await store.PauseAsync(job.Id, reason, cancellationToken);
        }
    }

    /// <summary>
    /// Leases the next window. None left to lease while others still hold some: waits, because a dead worker's shards
    /// come free when its lease runs out.
    /// </summary>
    private async Task<IReadOnlyList<ShardLease>> LeaseAsync(Job job, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.LeasePollInterval, time);
        while (true)
        {
            var leases = await store.LeaseAsync(
                job.Id, options.Worker, options.ShardsPerWindow, options.LeaseDuration, cancellationToken);
            if (leases.Count > 0 || !await IsUnfinishedAsync(job, cancellationToken))
            {
                return leases;
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private async Task<bool> IsOverAsync(Job job, CancellationToken cancellationToken) =>
        await store.FindAsync(job.Id, cancellationToken) is not { State: JobState.Running or JobState.Paused };

    private async Task<bool> IsUnfinishedAsync(Job job, CancellationToken cancellationToken) =>
        await store.FindAsync(job.Id, cancellationToken) is { State: JobState.Running } now
        && now.CommittedShards < now.ShardCount;
}
