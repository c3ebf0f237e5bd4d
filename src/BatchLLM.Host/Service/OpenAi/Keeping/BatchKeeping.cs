using BatchLLM.Batches;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Service.OpenAi.Keeping;

/// <summary>Does what there is to do for one batch.</summary>
/// <param name="batches">Durable state.</param>
/// <param name="jobs">The jobs that they became.</param>
/// <param name="intake">Begins them.</param>
/// <param name="finish">Ends them.</param>
/// <param name="log">What happens.</param>
internal sealed class BatchKeeping(
    IBatchStore batches, IJobStore jobs, BatchIntake intake, BatchFinish finish, BatchLog log)
{
    // A courtesy to who comes next: what is held runs out by itself.
    private static readonly TimeSpan TimeToLetGo = TimeSpan.FromSeconds(2);

    /// <summary>Does it. What is in the way is logged: once the hold has run out, it is tried again.</summary>
    /// <param name="id">A batch that is held.</param>
    /// <param name="stopping">Hands it back.</param>
    public async Task KeepAsync(string id, CancellationToken stopping)
    {
        try
        {
            await StepAsync((await batches.FindAsync(id, stopping))!, stopping);
            await LetGoAsync(id);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await LetGoAsync(id);
        }
        catch (BatchLLMException e)
        {
            log.Write(id, $"put off: {e.Message}");
        }
        catch (Exception e)
        {
            // A defect: done again it would fail again, so the hold that runs out is what paces it.
            log.WriteDefect(id, e);
        }
    }

    private Task StepAsync(Batch batch, CancellationToken cancellationToken) => BatchSteps.Of(batch) switch
    {
        BatchStep.Validate => intake.ValidateAsync(batch, cancellationToken),
        BatchStep.StopJob => jobs.CancelAsync(batch.Job!.Id, ReasonToStop(batch), cancellationToken),
        BatchStep.Fail => batches.FailAsync(
            batch.Id, [new BatchFault(null, "job_failed", batch.Job!.Reason ?? "The job failed.", null)], cancellationToken),
        BatchStep.Finish => finish.FinishAsync(batch, cancellationToken),
        _ => Task.CompletedTask,
    };

    private static string ReasonToStop(Batch batch) => batch.CancellingAt is not null
        ? $"{batch.Id} was cancelled by a request"
        : $"the completion window of {batch.Id} ended";

    private async Task LetGoAsync(string id)
    {
        using var limit = new CancellationTokenSource(TimeToLetGo);
        try
        {
            await batches.LetGoAsync(id, limit.Token);
        }
        catch (Exception e) when (e is BatchLLMException or OperationCanceledException)
        {
            // It runs out.
        }
    }
}
