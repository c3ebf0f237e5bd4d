using BatchLLM.Jobs;
using BatchLLM.Postgres.Database;
using BatchLLM.Postgres.Jobs;

namespace BatchLLM.Postgres.Queue;

/// <summary>
/// The queue over the same tables as <see cref="PostgresJobStore"/>. What may be claimed is a view, so that choosing a job and
/// asking whether a better one waits never disagree.
/// </summary>
public sealed partial class PostgresJobQueue(PostgresDatabase database) : IJobQueue
{
    /// <inheritdoc />
    /// <exception cref="ArgumentException">The tenant or the priority is none.</exception>
    public Task<(Job Job, bool Created)> SubmitAsync(JobSubmission submission, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(submission);
        ArgumentOutOfRangeException.ThrowIfLessThan(submission.Priority, JobSubmission.LeastPriority);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(submission.Priority, JobSubmission.GreatestPriority);
        if (!JobSubmission.IsTenant(submission.Tenant))
        {
            throw new ArgumentException(
                $"'{submission.Tenant}' is no tenant; expected 1 to 64 characters of a-z, 0-9, dot, dash and underscore.",
                nameof(submission));
        }

        var parameters = SubmissionParameters(submission, Guid.NewGuid());
        return database.RunAsync(async session =>
        {
            var inserted = await session.FindAsync<long?>("Queue/insert_submission.sql", parameters);
            var found = inserted is { } id
                ? new Submitted(id, Created: true, RequestSha256: null)
                : await session.FindAsync<Submitted>("Queue/find_submission.sql", parameters);
            if (!found!.Created && found.RequestSha256 != submission.Idempotency?.RequestSha256)
            {
                throw new IdempotencyConflictException(found.JobId);
            }

            return ((await PostgresJobStore.FindJobAsync(session, found.JobId))!, found.Created);
        }, cancellationToken);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<Job>> ListAsync(JobFilter filter, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return database.RunAsync(session => PostgresJobStore.ListJobsAsync(session, filter, limit), cancellationToken);
    }

    /// <inheritdoc />
    public Task<ClaimedJob?> ClaimAsync(WorkerOffer offer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(offer);
        var parameters = OfferParameters(offer);
        return database.RunAsync(async session =>
        {
            // A server that forgot a claim lets two workers plan the same job; the first lets it run, and the other's is refused.
            await session.CommitLazilyAsync();
            var claim = session.IsRepeated ? await session.FindAsync<Claimed>("Queue/find_claim.sql", parameters) : null;
            claim ??= await session.FindAsync<Claimed>("Queue/claim_job.sql", parameters);
            return claim is null ? null : new ClaimedJob(
                (await PostgresJobStore.FindJobAsync(session, claim.JobId))!,
                claim.PlanEpoch is { } epoch ? new PlanClaim(claim.JobId, offer.Worker, epoch) : null);
        }, cancellationToken);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<QueueLevel>> MeasureAsync(CancellationToken cancellationToken) => database.RunAsync(
        async session => (IReadOnlyList<QueueLevel>)[.. (await session.QueryAsync<Level>("Queue/measure_queue.sql", new { }))
            .Select(level => new QueueLevel(
                Enum.Parse<JobState>(level.State, ignoreCase: true), level.Jobs, level.OpenRows, TimeSpan.FromSeconds(level.OldestSeconds)))],
        cancellationToken);

    /// <inheritdoc />
    public Task<bool> HasMoreUrgentAsync(
        long jobId, WorkerOffer offer, bool turnIsOver, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(offer);
        return database.RunAsync(
            session => session.FindAsync<bool>("Queue/has_more_urgent.sql", new
            {
                JobId = jobId,
                Models = offer.Models.ToArray(),
                Except = offer.Except.ToArray(),
                offer.Device,
                TurnIsOver = turnIsOver,
            }),
            cancellationToken);
    }

    private static object SubmissionParameters(JobSubmission submission, Guid request) => new
    {
        Request = request,
        submission.Name,
        Spec = submission.SpecJson,
        submission.Model,
        submission.OutputUri,
        submission.Tenant,
        submission.Priority,
        Deadline = submission.Deadline?.ToUniversalTime(),
        IdempotencyKey = submission.Idempotency?.Value,
        submission.Idempotency?.RequestSha256,
    };

    private static object OfferParameters(WorkerOffer offer) => new
    {
        offer.Worker,
        Models = offer.Models.ToArray(),
        Except = offer.Except.ToArray(),
        offer.Device,
        Seconds = offer.Duration.TotalSeconds,
    };

    private sealed record Submitted(long JobId, bool Created, string? RequestSha256);

    private sealed record Claimed(long JobId, int? PlanEpoch);

    private sealed record Level(string State, long Jobs, long OpenRows, double OldestSeconds);
}
