using BatchLLM.Jobs;
using BatchLLM.Postgres.Database;
using BatchLLM.Postgres.Jobs;

namespace BatchLLM.Postgres.Queue;

public sealed partial class PostgresJobQueue
{
    /// <inheritdoc />
    public Task<bool> RenewPlanAsync(PlanClaim claim, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        return database.RunAsync(
            async session => await session.ExecuteAsync(
                "Queue/renew_plan.sql", new { claim.JobId, claim.Epoch, Seconds = duration.TotalSeconds }) == 1,
            cancellationToken);
    }

    /// <inheritdoc />
    /// <exception cref="ArgumentException">The job has no key, or the shards do not hold as many rows as the job.</exception>
    public Task<bool> PlanAsync(
        PlanClaim claim, NewJob job, IReadOnlyList<NewShard> shards, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(shards);
        PostgresJobStore.Check(job, shards);
        return database.RunAsync(
            session => PlanAsync(session, claim, job, shards, cancellationToken), cancellationToken);
    }

    /// <inheritdoc />
    public Task<bool> FailAsync(PlanClaim claim, string reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return database.RunAsync(
            async session => await session.ExecuteAsync(
                "Queue/fail_job.sql",
                new { claim.JobId, claim.Epoch, Reason = reason, Repeated = session.IsRepeated }) == 1,
            cancellationToken);
    }

    /// <inheritdoc />
    public Task ReturnPlanAsync(PlanClaim claim, string? trouble, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return database.RunAsync(
            session => session.ExecuteAsync(
                "Queue/return_plan.sql", new { claim.JobId, claim.Epoch, Trouble = trouble }),
            cancellationToken);
    }

    private static async Task<bool> PlanAsync(
        Session session, PlanClaim claim, NewJob job, IReadOnlyList<NewShard> shards, CancellationToken token)
    {
        var parameters = PlanParameters(claim, job, shards.Count);
        await session.ExecuteAsync("Jobs/lock_key.sql", parameters);
        await session.ExecuteAsync("Queue/lock_output.sql", parameters);
        await session.ExecuteAsync("Jobs/lock_job.sql", parameters);
        if (session.IsRepeated && await session.FindAsync<bool>("Queue/is_planned.sql", parameters))
        {
            return true;
        }

        if (await session.FindAsync<long?>("Queue/find_live_by_output.sql", parameters) is { } other)
        {
            throw new BatchLLMException(
                $"Job {other} writes to the same output, {job.OutputUri}; this one waits until it is over.", isTransient: true);
        }

        if (!await session.FindAsync<bool>("Queue/share_output.sql", parameters))
        {
            throw new BatchLLMException(
                $"An earlier job's results are being removed from the same output, {job.OutputUri}; this one waits until they are.", isTransient: true);
        }

        var isPlanned = await session.ExecuteAsync("Queue/plan_job.sql", parameters) == 1;
        if (isPlanned)
        {
            await PostgresJobStore.CopyShardsAsync(session, claim.JobId, shards, token);
        }

        return isPlanned;
    }

    private static object PlanParameters(PlanClaim claim, NewJob job, int shardCount) => new
    {
        claim.JobId,
        claim.Epoch,
        job.Name,
        job.Key,
        Spec = job.SpecJson,
        job.Model,
        job.OutputUri,
        Inputs = JobRow.WriteInputs(job.Inputs),
        job.RowCount,
        ShardCount = shardCount,
        job.TimeBudget,
        job.CanaryRows,
        job.KeepResults,
    };
}
