using System.Globalization;
using BatchLLM.Cuda.Devices;
using BatchLLM.Host.Jobs;
using BatchLLM.Host.Retention;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Work;

/// <summary>Plans a claimed job: resolves its inputs, cuts its shards, and lets it run; or says why it cannot.</summary>
/// <param name="queue">Where it goes on.</param>
/// <param name="shelf">The worker's model.</param>
/// <param name="removals">Results that are being removed.</param>
/// <param name="log">The worker's log.</param>
/// <param name="time">Clock of the claim's renewals.</param>
internal sealed class JobPlanning(IJobQueue queue, ModelShelf shelf, InputsInRemoval removals, WorkerLog log, TimeProvider time)
{
    // One may be chance, a machine that was switched off; a job that ends every worker that looks at it must not go round.
    private const int MostDeaths = 3;

    /// <summary>Plans it. True if it runs now.</summary>
    /// <param name="job">A queued job.</param>
    /// <param name="claim">Held; given back if nothing comes of it.</param>
    /// <param name="duration">How long the claim lives without renewal.</param>
    /// <param name="ending">Cancelled when the worker is to end: the job is handed back, for planning is cheap to repeat.</param>
    /// <exception cref="DeviceLostException">The GPU was lost; the job is handed back.</exception>
    /// <exception cref="BatchLLMException">The store failed.</exception>
    public async Task<bool> PlanAsync(Job job, PlanClaim claim, TimeSpan duration, CancellationToken ending)
    {
        using var span = PipelineTelemetry.Begin("job.plan", job.Id);
        await using var keeper = PlanKeeper.Hold(queue, claim, duration, time, ending);
        try
        {
            return await DecideAsync(claim, job, keeper.Lost);
        }
        catch (DeviceLostException)
        {
            await queue.ReturnPlanAsync(claim, trouble: null, CancellationToken.None);
            throw;
        }
    }

    private async Task<bool> DecideAsync(PlanClaim claim, Job job, CancellationToken lost)
    {
        switch (await LookAsync(job, lost))
        {
            case PlanOutcome.Ready ready:
                return await LetRunAsync(claim, ready);
            case PlanOutcome.PutOff { Trouble: var trouble }:
                log.Write(job.Id, trouble is null ? "handed back before it was planned." : $"put off: {trouble}");
                await queue.ReturnPlanAsync(claim, trouble, CancellationToken.None);
                break;
            case PlanOutcome.Refused { Reason: var reason }:
                log.Write(job.Id, $"failed: {reason}");
                await queue.FailAsync(claim, reason, CancellationToken.None);
                break;
        }

        return false;
    }

    private async Task<PlanOutcome> LookAsync(Job job, CancellationToken lost)
    {
        if (job.Wait is { Deaths: >= MostDeaths and var deaths })
        {
            return new PlanOutcome.Refused(string.Create(
                CultureInfo.InvariantCulture,
                $"{deaths} workers ended while they planned it, killed or out of memory. Look at their machines' logs and hand it in anew."));
        }

        try
        {
            var submitted = JobFileLoader.Restore(job.Definition.SpecJson, errorBudget: null);
            var model = shelf.Open(submitted);
            var draft = await JobDraft.ResolveAsync(model.InForce(submitted), model, removals, lost);
            var (planned, shards) = await draft.CutAsync(lost);
            return new PlanOutcome.Ready(planned, shards);
        }
        catch (Exception exception) when (exception is not DeviceLostException)
        {
            log.WriteDefect(job.Id, exception);
            return PlanOutcome.Of(exception, lost.IsCancellationRequested);
        }
    }

    private async Task<bool> LetRunAsync(PlanClaim claim, PlanOutcome.Ready ready)
    {
        try
        {
            var isPlanned = await queue.PlanAsync(claim, ready.Job, ready.Shards, CancellationToken.None);
            log.Write(claim.JobId, isPlanned
                ? FormattableString.Invariant($"planned: {ready.Job.RowCount} rows in {ready.Shards.Count} shards.")
                : "planned in vain: it was paused or cancelled meanwhile, or another worker took it.");
            return isPlanned;
        }
        catch (BatchLLMException exception) when (exception.IsTransient)
        {
            log.Write(claim.JobId, $"put off: {exception.Message}");
            await queue.ReturnPlanAsync(claim, exception.Message, CancellationToken.None);
            return false;
        }
    }
}
