using BatchLLM.Jobs;

namespace BatchLLM.Host.Service.Output;

/// <summary>Rows of JSONL parts, byte by byte.</summary>
/// <param name="reader">Reads parts.</param>
/// <param name="layout">Names of the final files.</param>
internal sealed class JsonlRows(ShardReader reader, OutputLayout layout) : IShardLines
{
    /// <inheritdoc/>
    public Task WriteAsync(
        CommittedShard shard, Stream target, CancellationToken cancellationToken) =>
        reader.CopyAsync(ShardFiles.Rows(shard, layout), target, cancellationToken);
}
