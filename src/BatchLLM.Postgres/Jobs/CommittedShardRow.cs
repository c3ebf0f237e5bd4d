using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Postgres.Jobs;

/// <summary>A committed row of <c>batchllm.shards</c>.</summary>
internal sealed class CommittedShardRow : ShardRow
{
    public required long Ok { get; init; }

    public required long Truncated { get; init; }

    public required long Failed { get; init; }

    public required long PromptTokens { get; init; }

    public required long CompletionTokens { get; init; }

    public required long SharedPromptTokens { get; init; }

    public required long CopiedRows { get; init; }

    public required long ReusedRows { get; init; }

    public required string PartUri { get; init; }

    public required long PartLength { get; init; }

    public required string PartSha256 { get; init; }

    public string? ErrorsUri { get; init; }

    public long? ErrorsLength { get; init; }

    public string? ErrorsSha256 { get; init; }

    public required long ErrorsOffset { get; init; }

    internal CommittedShard ToCommitted() => new(ShardIndex, ToShard(), Epoch, new ShardOutput(
        new RowCounts(Ok, Truncated, Failed, PromptTokens, CompletionTokens)
        {
            SharedPromptTokens = SharedPromptTokens,
            CopiedRows = CopiedRows,
            ReusedRows = ReusedRows,
        },
        PartUri,
        new BlobDigest(PartLength, PartSha256),
        ErrorsUri,
        ErrorsUri is null ? null : new BlobDigest(ErrorsLength!.Value, ErrorsSha256!)))
    {
        ErrorsOffset = ErrorsOffset,
    };
}
