using BatchLLM.Jobs;

namespace BatchLLM.Host.Service.Output;

/// <summary>Failed rows, byte by byte.</summary>
/// <param name="reader">Reads error files.</param>
/// <param name="layout">Names of the final files.</param>
internal sealed class ErrorLines(ShardReader reader, OutputLayout layout) : IShardLines
{
    /// <inheritdoc/>
    public Task WriteAsync(
        CommittedShard shard, Stream target, CancellationToken cancellationToken) =>
        ShardFiles.Errors(shard, layout) is { } file
            ? reader.CopyAsync(file, target, cancellationToken)
            : Task.CompletedTask;
}
