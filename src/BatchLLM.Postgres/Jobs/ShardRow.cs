using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Postgres.Jobs;

/// <summary>What was to run, of a row of <c>batchllm.shards</c>.</summary>
internal class ShardRow
{
    public required long JobId { get; init; }

    public required int ShardIndex { get; init; }

    public required int Epoch { get; init; }

    public required int FileIndex { get; init; }

    public required long FirstRow { get; init; }

    public required long RowCount { get; init; }

    public required long ByteOffset { get; init; }

    public required long FirstLine { get; init; }

    public required long[] DuplicateRows { get; init; }

    public string? Former { get; init; }

    internal NewShard ToShard() =>
        new(FileIndex, new RowRange(FirstRow, RowCount, ByteOffset, FirstLine), DuplicateRows);

    internal ShardLease ToLease() => new(JobId, ShardIndex, Epoch, ToShard()) { Former = Former is null ? null : FormerShard.Read(Former) };
}
