using BatchLLM.Jobs;
using BatchLLM.Postgres.Database;

namespace BatchLLM.Postgres.Jobs;

public sealed partial class PostgresJobStore
{
    /// <inheritdoc />
    public Task<bool> PauseAsync(long jobId, string reason, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return TransitAsync(jobId, session => PauseAsync(session, jobId, reason), cancellationToken);
    }

    /// <inheritdoc />
    public Task<bool> ResumeAsync(long jobId, string? specJson, CancellationToken cancellationToken) => TransitAsync(
        jobId,
        async session => await session.ExecuteAsync(
            "Jobs/resume_job.sql", new { JobId = jobId, Spec = specJson, Repeated = session.IsRepeated }) == 1,
        cancellationToken);

    /// <inheritdoc />
    public Task<bool> CancelAsync(long jobId, string reason, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return TransitAsync(
            jobId,
            async session =>
            {
                var parameters = new { JobId = jobId, Reason = reason, Repeated = session.IsRepeated };
                if (await session.ExecuteAsync("Jobs/cancel_job.sql", parameters) == 0)
                {
                    return false;
                }

                await session.ExecuteAsync("Jobs/drop_leases.sql", parameters);
                await session.ExecuteAsync("Jobs/restore_shards.sql", parameters);
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc />
    /// <exception cref="ArgumentException">No job finishes from that state.</exception>
    public Task<bool> FinishAsync(long jobId, JobState from, string receiptSha256, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(receiptSha256);
        if (from is not (JobState.Running or JobState.Cancelled))
        {
            throw new ArgumentException($"A job that is {from} does not finish; expected running or cancelled.", nameof(from));
        }

        var parameters = new { JobId = jobId, From = from == JobState.Running ? "running" : "cancelled", ReceiptSha256 = receiptSha256 };
        return TransitAsync(
            jobId,
            async session =>
            {
                if (await session.ExecuteAsync("Jobs/finish_job.sql", parameters) == 0)
                {
                    return false;
                }

                await session.ExecuteAsync("Jobs/forget_former.sql", parameters);
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc />
    public Task<IAsyncDisposable> LockPublishingAsync(long jobId, CancellationToken cancellationToken) =>
        database.LockAsync("Jobs/lock_publishing.sql", new { JobId = jobId }, cancellationToken);

    private static async Task<bool> PauseAsync(Session session, long jobId, string reason)
    {
        var parameters = new { JobId = jobId, Reason = reason, Repeated = session.IsRepeated };
        if (await session.ExecuteAsync("Jobs/pause_job.sql", parameters) == 0)
        {
            return false;
        }

        await session.ExecuteAsync("Jobs/expire_leases.sql", parameters);
        return true;
    }

    /// <summary>Pauses jobs that were seen to have spent their time; not with the lock under which that was seen, which others share.</summary>
    private async Task PauseOverdueAsync(IEnumerable<long> jobIds, CancellationToken cancellationToken)
    {
        foreach (var jobId in jobIds)
        {
            await TransitAsync(
                jobId,
                async session => await session.FindAsync<TimeSpan?>("Jobs/find_overdue.sql", new { JobId = jobId }) is { } budget
                    && await PauseAsync(session, jobId, TimeBudget.ReasonToPause(budget)),
                cancellationToken);
        }
    }

    private Task<bool> TransitAsync(
        long jobId, Func<Session, Task<bool>> transition, CancellationToken cancellationToken) =>
        database.RunAsync(
            async session =>
            {
                await session.ExecuteAsync("Jobs/lock_job.sql", new { JobId = jobId });
                return await transition(session);
            },
            cancellationToken);
}
