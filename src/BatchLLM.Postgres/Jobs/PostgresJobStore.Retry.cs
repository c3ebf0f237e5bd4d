using BatchLLM.Jobs;
using BatchLLM.Postgres.Database;

namespace BatchLLM.Postgres.Jobs;

public sealed partial class PostgresJobStore
{
    /// <inheritdoc />
    public async Task<string?> RetryAsync(Job job, string? error, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);

        // Who published the job may still be removing its attempts, and would remove the retry's.
        await using var hold = await LockPublishingAsync(job.Id, cancellationToken);
        return await database.RunAsync(session => RetryAsync(session, job, error), cancellationToken);
    }

    private static async Task<string?> RetryAsync(Session session, Job seen, string? error)
    {
        var parameters = new { JobId = seen.Id, seen.Definition.OutputUri, Error = error };
        await session.ExecuteAsync("Queue/lock_output.sql", parameters);
        await session.ExecuteAsync("Jobs/lock_job.sql", parameters);
        var job = (await FindJobAsync(session, seen.Id))!;
        if (session.IsRepeated && job.Retries > seen.Retries)
        {
            return null;
        }

        return RetryRules.Refusal(job)
            ?? (await session.FindAsync<bool>("Jobs/is_of_batch.sql", parameters) ? RetryRules.OfBatch(job) : null)
            ?? (await session.FindAsync<long?>("Queue/find_live_by_output.sql", parameters) is { } other ? RetryRules.OutputInUse(job, other) : null)
            ?? (await session.FindAsync<bool>("Queue/share_output.sql", parameters) ? null : RetryRules.OutputInRemoval(job))
            ?? (await session.ExecuteAsync("Jobs/retry_job.sql", parameters) == 0 ? RetryRules.NoSuchError(job, error) : null);
    }
}
