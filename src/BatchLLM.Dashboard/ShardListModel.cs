using BatchLLM.Overview;

namespace BatchLLM.Dashboard;

/// <summary>A page of a job's shards.</summary>
/// <param name="Shards">The shards, in order.</param>
/// <param name="OnlyFailed">True if only those with failed rows were asked for.</param>
/// <param name="IsFirst">True for the first page.</param>
/// <param name="Next">The shard behind which the next page begins; null on the last.</param>
public sealed record ShardListModel(IReadOnlyList<ShardGlance> Shards, bool OnlyFailed, bool IsFirst, int? Next);
