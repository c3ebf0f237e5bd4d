using System.Globalization;
using BatchLLM.Cuda.Devices;
using BatchLLM.Host.Jobs;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Work;

/// <summary>Runs a planned job until it is over, or this worker's turn with it is.</summary>
/// <param name="state">Durable state.</param>
/// <param name="shelf">The worker's model.</param>
/// <param name="left">Jobs that the worker leaves to others.</param>
/// <param name="log">The worker's log.</param>
internal sealed class JobWork(DatabaseSession state, ModelShelf shelf, LeftJobs left, WorkerLog log)
{
    /// <summary>
    /// Runs it. What is wrong with the job pauses it; what may pass, or be this machine's, leaves it to others; a lost GPU leaves all
    /// jobs to others, since nothing of this process can use it again.
    /// </summary>
    /// <param name="job">A running job; one whose shards are all committed is published.</param>
    /// <param name="turn">How long the worker stays.</param>
    /// <param name="stop">Stops at once; leases are handed back.</param>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    /// <exception cref="DeviceLostException">The GPU was lost. What the worker held of the job is handed back.</exception>
    /// <exception cref="BatchLLMException">The store failed.</exception>
    public async Task RunAsync(Job job, JobTurn turn, CancellationToken stop)
    {
        try
        {
            var after = job.IsAllCommitted
                ? await JobAssembly.PublisherOf(job, state.Store).PublishAsync(job.Id, stop)
                : await RunShardsAsync(job, turn, stop);
            Report(after);
        }
        catch (DeviceLostException)
        {
            log.Write(job.Id, "left to other workers: the GPU is lost.");
            throw;
        }
        catch (BatchLLMException exception) when (exception.IsTransient)
        {
            Leave(job, exception.Message);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            log.WriteDefect(job.Id, exception);
            var reason = exception is BatchLLMException ? exception.Message : PlanOutcome.Unexpected(exception);
            log.Write(job.Id, $"paused: {reason}");
            await state.Store.PauseAsync(job.Id, reason, CancellationToken.None);
        }
    }

    /// <summary>How the job stands afterwards; null if it was not run here.</summary>
    private async Task<Job?> RunShardsAsync(Job job, JobTurn turn, CancellationToken stop)
    {
        var spec = JobFileLoader.Restore(job.Definition.SpecJson, errorBudget: null);
        if (TryOpen(job, spec) is not { } model)
        {
            return null;
        }

        await using var execution = await JobExecution.OpenAsync(state, job, spec, model, turn.MayLeaseAsync, stop);
        return await execution.RunAsync(new JobProgress(job.Counts, job.Definition.RowCount), stop);
    }

    /// <summary>The job was planned with this model, so what is wrong with it now is wrong with this machine's.</summary>
    private IJobModel? TryOpen(Job job, JobSpec spec)
    {
        try
        {
            return shelf.Open(spec);
        }
        catch (BatchLLMException exception) when (exception is not DeviceLostException)
        {
            Leave(job, exception.Message);
            return null;
        }
    }

    private void Leave(Job job, string reason) => log.Write(job.Id, string.Create(
        CultureInfo.InvariantCulture, $"left to other workers for {left.Leave(job.Id).TotalSeconds} s: {reason}"));

    private void Report(Job? job)
    {
        if (job is null)
        {
            return;
        }

        left.Forget(job.Id);
        var counts = job.Counts;
        log.Write(job.Id, job.State switch
        {
            JobState.Running when job.IsCanaryDue => "left before its canary has ended.",
            JobState.Running => FormattableString.Invariant($"left at a window's border: {counts.Done} of {job.Definition.RowCount} rows are committed."),
            JobState.Paused => $"paused: {job.Reason}",
            var over => FormattableString.Invariant($"{over.ToString().ToLowerInvariant()}: {counts.Ok} ok, {counts.Truncated} truncated, {counts.Failed} failed."),
        });
    }
}
