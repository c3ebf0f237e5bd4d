using BatchLLM.Rows;

namespace BatchLLM.Jobs;

/// <summary>What a shard had committed before a retry runs it again.</summary>
/// <param name="Counts">Its rows and tokens.</param>
/// <param name="Part">Its published part.</param>
public sealed record FormerOutcome(RowCounts Counts, BlobDigest Part);
