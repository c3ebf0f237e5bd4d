using BatchLLM.Inference;
using BatchLLM.Jobs;

namespace BatchLLM;

/// <summary>
/// The whole way of a job, as one loop: lease shards, read their rows as a window of tokenized prompts, run the window
/// while the next one is read, write and commit each shard once its last row has ended, beside all that; then publish. Any
/// number of processes may run it on the same job.
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
        await using (var windows = new WindowSource(store, reader, options, time, reach, job, cancellationToken))
        await using (var commits = new CommitQueue())
        {
            while (await RunNextAsync(job, windows, commits, progress, cancellationToken))
            {
            }
        }

        return await publisher.PublishAsync(job.Id, cancellationToken);
    }

    /// <summary>False if there was no window left to run.</summary>
    private async Task<bool> RunNextAsync(
        Job job, WindowSource windows, CommitQueue commits, JobProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            if (await windows.NextAsync(commits) is not { } held)
            {
                return false;
            }

            await RunWindowAsync(job, held, windows, commits, progress);
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

        return true;
    }

    private async Task RunWindowAsync(
        Job job, HeldWindow held, WindowSource windows, CommitQueue commits, JobProgress progress)
    {
        var started = new List<Task>();
        try
        {
            await RunShardsAsync(held, windows, progress, shard => started.Add(
                commits.Start(() => CommitAsync(job, shard, held.Keeper, progress))));
        }
        catch
        {
            await CommitQueue.AbandonAsync(held, started);
            throw;
        }

        await commits.TakeAsync(held, started);
        if (HasErrorBudget)
        {
            await commits.SettleAsync(); // These commits may pause the job: nothing more is to be run on it before.
        }
    }

    private async Task RunShardsAsync(
        HeldWindow held, WindowSource windows, JobProgress progress, Action<WindowShard> finish)
    {
        var (window, keeper) = held;
        foreach (var shard in window.Shards)
        {
            progress.Add(shard.Counts);
            if (shard.IsComplete)
            {
                finish(shard);
            }
        }

        var left = window.Requests.Count;
        await foreach (var generation in engine.RunAsync(window.Requests, keeper.Lost))
        {
            // Not earlier: shards that wait here are shards that another worker could run.
            if (--left <= window.Requests.Count / 2)
            {
                windows.Prefetch();
            }

            var (shard, row) = window.Accept(generation);
            progress.Add(RowCounts.Of(row));
            if (shard.IsComplete)
            {
                finish(shard);
            }
        }
    }

    private async Task CommitAsync(Job job, WindowShard shard, LeaseKeeper keeper, JobProgress progress)
    {
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

    private bool HasErrorBudget => options.Policies is not { ErrorBudgetRows: null, ErrorBudgetShare: null };

    private async Task PauseIfBudgetSpentAsync(Job job, CancellationToken cancellationToken)
    {
        if (!HasErrorBudget)
        {
            return;
        }

        var counts = (await store.FindAsync(job.Id, cancellationToken))!.Counts;
        if (ErrorBudget.ReasonToPause(options.Policies, counts.Failed, job.Definition.RowCount) is { } reason)
        {
            await store.PauseAsync(job.Id, reason, cancellationToken);
        }
    }

    private async Task<bool> IsOverAsync(Job job, CancellationToken cancellationToken) =>
        await store.FindAsync(job.Id, cancellationToken) is not { State: JobState.Running or JobState.Paused };
}
