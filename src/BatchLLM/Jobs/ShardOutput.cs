using BatchLLM.Rows;

namespace BatchLLM.Jobs;

/// <summary>What a worker wrote for a shard, before anyone may rely on it.</summary>
/// <param name="Counts">Rows by class, and tokens.</param>
/// <param name="PartUri">The output part, under a name that carries the epoch.</param>
/// <param name="Part">Its length and checksum.</param>
/// <param name="ErrorsUri">The failed rows, likewise; null if none failed.</param>
/// <param name="Errors">Its length and checksum; null if none failed.</param>
public sealed record ShardOutput(
    RowCounts Counts, string PartUri, BlobDigest Part, string? ErrorsUri, BlobDigest? Errors)
{
    /// <summary>Failed rows by the code of their error; kept to find them by it, and null where that was not counted.</summary>
    public IReadOnlyDictionary<string, long>? ErrorCounts { get; init; }
}
