using BatchLLM.Jobs;

namespace BatchLLM.Host.Service.Jobs;

/// <summary>A job as it stood at a time.</summary>
/// <param name="Job">The job.</param>
/// <param name="View">The job as it is shown.</param>
/// <param name="At">When it was looked at, by this machine's clock.</param>
internal sealed record JobReading(Job Job, JobView View, DateTimeOffset At)
{
    /// <summary>True if a later look shows nothing that changes in a job's life.</summary>
    /// <remarks>Two looks at one job are never equal as records are: each reads its list of inputs anew.</remarks>
    public bool Shows(Job later) =>
        (Job.State, Job.Reason, Job.Wait, Job.ReceiptSha256, Job.Removal, Job.ShardCount, Job.CommittedShards, Job.Counts)
        == (later.State, later.Reason, later.Wait, later.ReceiptSha256, later.Removal, later.ShardCount, later.CommittedShards, later.Counts);
}
