namespace BatchLLM.Jobs;

/// <summary>
/// What comes before and beside <see cref="IJobStore"/>: jobs are handed in, chosen by workers, and planned. All times are the
/// store's clock. Every operation is atomic, and safe to repeat after a lost connection.
/// </summary>
public interface IJobQueue
{
    /// <summary>
    /// Adds a queued job; or returns the job that the same tenant's same idempotency key made before, whatever its state.
    /// </summary>
    /// <exception cref="IdempotencyConflictException">The key was used with another request.</exception>
    Task<(Job Job, bool Created)> SubmitAsync(JobSubmission submission, CancellationToken cancellationToken);

    /// <summary>The newest jobs first, at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<Job>> ListAsync(JobFilter filter, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// The job that a worker should work on next: a queued one to plan, a running one with a shard that nobody holds, or one
    /// that is all committed and that nobody publishes. Chosen by priority, then by deadline, then of the tenant with the
    /// fewest rows under lease, then the oldest. Null if there is none for it now.
    /// </summary>
    Task<ClaimedJob?> ClaimAsync(WorkerOffer offer, CancellationToken cancellationToken);

    /// <summary>Extends a claim; one that ran out too, while nobody else took the job. False if it was lost.</summary>
    Task<bool> RenewPlanAsync(PlanClaim claim, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>
    /// Queued to running, with what planning found. False if the claim was lost, or the job was paused or cancelled.
    /// </summary>
    /// <exception cref="BatchLLMException">Transient: another job that is not over writes to the same output.</exception>
    Task<bool> PlanAsync(
        PlanClaim claim, NewJob job, IReadOnlyList<NewShard> shards, CancellationToken cancellationToken);

    /// <summary>Queued to failed, with a reason for people. False if the claim was lost.</summary>
    Task<bool> FailAsync(PlanClaim claim, string reason, CancellationToken cancellationToken);

    /// <summary>Gives a claim back.</summary>
    /// <param name="claim">Perhaps lost; then nothing changes.</param>
    /// <param name="trouble">
    /// What was in the way and may pass: the job is planned again after a while, a longer one each time. Null if nothing was:
    /// any worker may have it at once.
    /// </param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task ReturnPlanAsync(PlanClaim claim, string? trouble, CancellationToken cancellationToken);

    /// <summary>True if a worker should leave its job at a window's border for another one that it could claim.</summary>
    /// <param name="jobId">The job that it runs.</param>
    /// <param name="offer">What it could take up.</param>
    /// <param name="turnIsOver">
    /// False: only for a job of higher priority. True: also for one of the same priority, due no later, of a tenant for whom
    /// nobody works.
    /// </param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task<bool> HasMoreUrgentAsync(long jobId, WorkerOffer offer, bool turnIsOver, CancellationToken cancellationToken);

    /// <summary>How much waits, runs and is paused, of all tenants; a state of which there is nothing is not there.</summary>
    Task<IReadOnlyList<QueueLevel>> MeasureAsync(CancellationToken cancellationToken);
}
