using BatchLLM.Jobs;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Jobs;

public sealed class ReceiptBuilderTests
{
    private static readonly OutputLayout Layout = new("file:///out", 7, DataFormat.Jsonl);

    [Fact]
    public void Rows_in_are_the_sum_of_the_classes()
    {
        var receipt = ReceiptBuilder.Build(NewJob(30), Layout, [Shard(0, 10, failed: 1), Shard(1, 20, failed: 2)], null);

        Assert.Equal(new ReceiptRows(30, 27, 0, 3, 0), receipt.Rows);
        Assert.Equal(["part-000000.jsonl", "part-000001.jsonl"], receipt.Parts.Select(part => part.File));
    }

    [Fact]
    public void Rows_of_shards_that_a_cancelled_job_never_ran_are_skipped()
    {
        var job = NewJob(30, committedRows: 10, failed: 1) with { State = JobState.Cancelled };

        var receipt = ReceiptBuilder.Build(job, Layout, [Shard(0, 10, failed: 1)], null);

        Assert.Equal(new ReceiptRows(30, 9, 0, 1, 20), receipt.Rows);
        Assert.Equal("cancelled", receipt.State);
    }

    [Fact]
    public void A_lost_row_is_never_called_complete()
    {
        var failure = Assert.Throws<BatchLLMException>(
            () => ReceiptBuilder.Build(NewJob(30), Layout, [Shard(0, 10, 1), Shard(1, 19, 2)], null));

        Assert.Contains("does not reconcile", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Written_twice_a_receipt_has_the_same_bytes_and_reads_back()
    {
        var receipt = ReceiptBuilder.Build(
            NewJob(30), Layout, [Shard(0, 10, 1), Shard(1, 20, 2)], new BlobDigest(9, "aa"));

        var bytes = ReceiptBuilder.Serialize(receipt);

        Assert.Equal(bytes, ReceiptBuilder.Serialize(ReceiptBuilder.TryParse(bytes)!));
        Assert.Null(ReceiptBuilder.TryParse("not json"u8));
    }

    [Theory]
    [InlineData("""{"numerics":"w8a8-static","kv_cache":"fp8"}""", "w8a8-static", "fp8")]
    [InlineData("{}", null, null)]
    public void The_receipt_names_what_the_job_was_computed_with(string spec, string? numerics, string? kvCache)
    {
        var job = NewJob(10, failed: 0);
        job = job with { Definition = job.Definition with { SpecJson = spec } };

        var receipt = ReceiptBuilder.Build(job, Layout, [Shard(0, 10, failed: 0)], null);

        Assert.Equal((numerics, kvCache), (receipt.Numerics, receipt.KvCache));
    }

    private static Job NewJob(long rows, long? committedRows = null, long failed = 3) => new()
    {
        Id = 7,
        Definition = new NewJob(
            "tickets", "key", "{}", "/model", "file:///out",
            [new InputFile("file:///in.jsonl", DataFormat.Jsonl, 100, "v1")], rows),
        State = JobState.Running,
        Counts = new RowCounts((committedRows ?? rows) - failed, 0, failed, 0, 0),
        ShardCount = 2,
        CommittedShards = 2,
        CreatedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
    };

    private static CommittedShard Shard(int index, long rows, long failed) => new(
        index,
        new NewShard(0, new RowRange(index * 10 + 1, rows, 0, 0), []),
        1,
        new ShardOutput(
            new RowCounts(rows - failed, 0, failed, 0, 0), $"file:///out/_attempts/{index}", new BlobDigest(5, "ff"), null, null));
}
