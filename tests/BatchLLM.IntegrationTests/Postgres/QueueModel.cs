using BatchLLM.Jobs;

namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>
/// What queue and store promise together, in plain memory: each method is one of their operations and returns what that must
/// return. Time stands still but for <see cref="LetTimePass"/>.
/// </summary>
internal sealed class QueueModel(string cappedTenant, int mostLeasedShards)
{
    internal List<ModelJob> Jobs { get; } = [];

    internal void LetTimePass()
    {
        foreach (var job in Jobs)
        {
            job.Waits = false;
            job.Shards.ForEach(shard => shard.HasExpired = true);
        }
    }

    internal ModelJob Submit(long id, JobSubmission submission)
    {
        var job = new ModelJob(id, submission);
        Jobs.Add(job);
        return job;
    }

    internal (long Id, int? Epoch)? Claim()
    {
        var job = Jobs.Where(CanClaim)
            .OrderByDescending(job => job.Priority)
            .ThenBy(job => job.Deadline ?? DateTimeOffset.MaxValue)
            .ThenBy(job => RowsOf(job.Tenant))
            .ThenBy(job => job.Id)
            .FirstOrDefault();
        if (job is null)
        {
            return null;
        }

        if (job.State == JobState.Running)
        {
            job.Waits |= job.IsAllCommitted;
            return (job.Id, null);
        }

        (job.Waits, job.IsClaimed) = (true, true);
        return (job.Id, ++job.PlanEpoch);
    }

    internal bool HasMoreUrgent(ModelJob mine, bool turnIsOver) => Jobs.Exists(job => job != mine
        && CanClaim(job)
        && (job.Priority > mine.Priority || (turnIsOver && IsNext(job, mine))));

    /// <summary>Null if another job writes to the same output.</summary>
    internal bool? Plan(PlanClaim claim, int shards)
    {
        var job = Find(claim.JobId);
        if (IsOutputTaken(job))
        {
            return null;
        }

        if (!Holds(claim))
        {
            return false;
        }

        (job.State, job.IsPlanned, job.IsClaimed, job.Waits) = (JobState.Running, true, false, true);
        job.Shards.AddRange(Enumerable.Range(0, shards).Select(_ => new ModelShard()));
        return true;
    }

    internal bool Renew(PlanClaim claim) => Holds(claim) && (Find(claim.JobId).Waits = true);

    internal bool Fail(PlanClaim claim)
    {
        var job = Find(claim.JobId);
        var holds = Holds(claim);
        if (holds)
        {
            (job.State, job.IsClaimed, job.Waits) = (JobState.Failed, false, false);
        }

        return holds;
    }

    internal void Return(PlanClaim claim, bool hasTrouble)
    {
        var job = Find(claim.JobId);
        if (Holds(claim))
        {
            (job.IsClaimed, job.Waits) = (false, hasTrouble);
        }
    }

    internal List<(int Shard, int Epoch)> Lease(ModelJob job, int most)
    {
        var room = job.Tenant == cappedTenant ? Math.Max(0, mostLeasedShards - HeldBy(job.Tenant)) : most;
        var free = job.State == JobState.Running ? job.Shards.Where(shard => shard.IsFree).Take(Math.Min(most, room)).ToList() : [];
        free.ForEach(shard => shard.Lease());
        return [.. free.Select(shard => (job.Shards.IndexOf(shard), shard.Epoch))];
    }

    internal List<ShardLease> Renew(IReadOnlyList<ShardLease> leases)
    {
        var kept = leases.Where(lease => Find(lease.JobId).State == JobState.Running && ShardOf(lease).IsHeldBy(lease)).ToList();
        kept.ForEach(lease => ShardOf(lease).HasExpired = false);
        return kept;
    }

    internal void Release(ShardLease lease) => ShardOf(lease).IsHeld &= !ShardOf(lease).IsHeldBy(lease);

    internal bool Commit(ShardLease lease)
    {
        var (job, shard) = (Find(lease.JobId), ShardOf(lease));
        if (shard.IsCommitted)
        {
            return shard.Epoch == lease.Epoch;
        }

        if (job.State is not (JobState.Running or JobState.Paused) || !shard.IsHeldBy(lease))
        {
            return false;
        }

        (shard.IsCommitted, shard.IsHeld) = (true, false);
        job.Waits |= job.IsAllCommitted;
        return true;
    }

    internal static bool Pause(ModelJob job)
    {
        if (job.State is not (JobState.Queued or JobState.Running))
        {
            return false;
        }

        (job.State, job.IsClaimed) = (JobState.Paused, false);
        job.Shards.ForEach(shard => shard.HasExpired = true);
        return true;
    }

    internal static bool Resume(ModelJob job)
    {
        if (job.State != JobState.Paused)
        {
            return false;
        }

        (job.State, job.Waits) = (job.IsPlanned ? JobState.Running : JobState.Queued, false);
        return true;
    }

    internal static bool Cancel(ModelJob job)
    {
        if (job.State is not (JobState.Queued or JobState.Running or JobState.Paused))
        {
            return false;
        }

        (job.State, job.IsClaimed) = (JobState.Cancelled, false);
        job.Shards.ForEach(shard => shard.IsHeld = false);
        return true;
    }

    internal static bool Finish(ModelJob job, JobState from)
    {
        var may = job.HasReceipt
            || (from == job.State
                && ((job.State == JobState.Running && job.IsAllCommitted) || (job.State == JobState.Cancelled && job.IsPlanned)));
        job.HasReceipt = may;
        job.State = may && job.State == JobState.Running ? JobState.Completed : job.State;
        return may;
    }

    private ModelJob Find(long id) => Jobs.Single(job => job.Id == id);

    private ModelShard ShardOf(ShardLease lease) => Find(lease.JobId).Shards[lease.ShardIndex];

    private bool Holds(PlanClaim claim) =>
        Find(claim.JobId) is { State: JobState.Queued, IsClaimed: true } job && job.PlanEpoch == claim.Epoch;

    private bool IsOutputTaken(ModelJob job) => Jobs.Exists(other => other != job
        && other.OutputUri == job.OutputUri
        && other is { IsPlanned: true, State: JobState.Running or JobState.Paused });

    private bool IsNext(ModelJob job, ModelJob mine) => job.Priority == mine.Priority
        && (job.Deadline ?? DateTimeOffset.MaxValue) <= (mine.Deadline ?? DateTimeOffset.MaxValue)
        && job.Tenant != mine.Tenant
        && RowsOf(job.Tenant) == 0;

    private bool CanClaim(ModelJob job) => job.State switch
    {
        JobState.Queued => !job.Waits && !IsOutputTaken(job),
        JobState.Running when job.IsAllCommitted => !job.Waits,
        JobState.Running => !job.Waits
            && job.Shards.Exists(shard => shard.IsFree)
            && (job.Tenant != cappedTenant || HeldBy(job.Tenant) < mostLeasedShards),
        _ => false,
    };

    private int HeldBy(string tenant) =>
        Jobs.Where(job => job.Tenant == tenant).Sum(job => job.Shards.Count(shard => shard is { IsHeld: true, HasExpired: false }));

    private long RowsOf(string tenant) => (HeldBy(tenant) * (long)TestJobs.RowsPerShard)
        + Jobs.Count(job => job.Tenant == tenant && job is { State: JobState.Queued, IsClaimed: true, Waits: true });
}
