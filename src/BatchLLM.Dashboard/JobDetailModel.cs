using BatchLLM.Overview;

namespace BatchLLM.Dashboard;

/// <summary>What a job's page shows.</summary>
/// <param name="Job">The job.</param>
/// <param name="Setup">What it was told to do.</param>
/// <param name="Throughput">Its throughput.</param>
/// <param name="Errors">Its failed rows.</param>
/// <param name="Shards">A page of its shards.</param>
public sealed record JobDetailModel(
    JobGlance Job, JobSetup Setup, ThroughputChart Throughput, ErrorSample Errors, ShardListModel Shards);
