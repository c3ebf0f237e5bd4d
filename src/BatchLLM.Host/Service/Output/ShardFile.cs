using BatchLLM.Rows;

namespace BatchLLM.Host.Service.Output;

/// <summary>Where a committed shard's bytes lie: first in a file of its own, and once the job is published in a final one.</summary>
/// <param name="Attempt">The shard's own file, which is there until the job is published.</param>
/// <param name="Published">The final file.</param>
/// <param name="Offset">Where they begin in the final file.</param>
/// <param name="Digest">What they are.</param>
internal sealed record ShardFile(string Attempt, string Published, long Offset, BlobDigest Digest);
