using BatchLLM.Jobs;

namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>A job of the model.</summary>
internal sealed class ModelJob(long id, JobSubmission submission)
{
    internal long Id => id;

    internal string Tenant => submission.Tenant;

    internal int Priority => submission.Priority;

    internal DateTimeOffset? Deadline => submission.Deadline;

    internal string OutputUri => submission.OutputUri;

    internal JobState State { get; set; } = JobState.Queued;

    internal bool IsPlanned { get; set; }

    internal bool HasReceipt { get; set; }

    internal int PlanEpoch { get; set; }

    /// <summary>A worker claimed it to plan it, however long ago.</summary>
    internal bool IsClaimed { get; set; }

    /// <summary>No worker may take it for itself before time passes.</summary>
    internal bool Waits { get; set; }

    internal List<ModelShard> Shards { get; } = [];

    internal bool IsAllCommitted => Shards.TrueForAll(shard => shard.IsCommitted);
}
