using BatchLLM.Blobs;
using BatchLLM.Blobs.Files;
using BatchLLM.Jobs;
using BatchLLM.Rows;
using BatchLLM.Tests.Blobs;
using Xunit;

namespace BatchLLM.Tests.Jobs;

public sealed class WindowReaderTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FileBlobStore _blobs = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Path => _directory.File("rows.jsonl");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    public async Task An_unchanged_file_is_read_by_any_number_of_threads(int threads)
    {
        var (job, leases) = await PlanAsync();

        var window = await Reader(() => { }, threads).ReadAsync(job, leases, Cancellation);

        Assert.Equal(["1 2", "3"], window.Shards.Select(shard => string.Join(' ', shard.Rows.Select(row => row.Location.RowNumber))));
    }

    [Theory]
    [InlineData(1, "0 1 2 | 4 | 5 6")]
    [InlineData(2, "0 1 2 | 4 | 5 6")]
    [InlineData(3, "0 1 | 2 | 4 | 5 6")]
    [InlineData(6, "0 | 1 | 2 | 4 | 5 | 6")]
    public void Shards_that_follow_each_other_are_read_as_one(int atOnce, string expected)
    {
        // Shard 3 has another worker, and with shard 5 another file begins.
        var leases = new[] { 0, 1, 2, 4, 5, 6 }.Select(index => new ShardLease(
            1, index, 1, new NewShard(index < 5 ? 0 : 1, new RowRange(1 + (10 * (index % 5)), 10, index % 5, 0), [1 + (10 * (index % 5))])));

        var runs = ShardRun.Join([.. leases], atOnce);

        Assert.Equal(expected, string.Join(" | ", runs.Select(run => string.Join(' ', run.Leases.Select(lease => lease.ShardIndex)))));
        Assert.All(runs, run => Assert.Equal(10 * run.Leases.Count, run.Shard.Range.RowCount));
        Assert.All(runs, run => Assert.Equal(run.Leases.Select(lease => lease.Shard.Range.FirstRow), run.Shard.DuplicateRows));
        Assert.All(runs, run => Assert.Equal(run.Leases[0].Shard.Range.ByteOffset, run.Shard.Range.ByteOffset));
    }

    [Theory]
    [InlineData("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n{\"a\":4}\n", "has changed since the job was created (24 bytes then, 32 now)")]
    [InlineData("{\"a\":1}\n{\"a\":2}\n{\"a\":9}\n", "has changed since the job was created (24 bytes then, 24 now)")]
    [InlineData("", "has changed since the job was created (24 bytes then, 0 now)")]
    [InlineData(null, "is gone; the job was created with it")]
    public async Task A_file_that_changed_since_it_was_planned_fails_its_shards_by_name(string? content, string message)
    {
        var (job, leases) = await PlanAsync();
        Change(content);

        await FailsAsync(job, leases, Reader(() => { }), message);
    }

    [Fact]
    public async Task A_file_that_changes_while_it_is_read_fails_its_shards_by_name()
    {
        var (job, leases) = await PlanAsync();
        var reader = Reader(() => Change("{\"a\":7}\n{\"a\":8}\n"));

        await FailsAsync(job, [leases[0]], reader, "has changed since the job was created (24 bytes then, 16 now)");
    }

    public void Dispose() => _directory.Dispose();

    private async Task FailsAsync(Job job, IReadOnlyList<ShardLease> leases, WindowReader reader, string message)
    {
        var e = await Assert.ThrowsAsync<BatchLLMException>(() => reader.ReadAsync(job, leases, Cancellation));

        Assert.StartsWith($"file://{Path} {message}", e.Message, StringComparison.Ordinal);
    }

    private async Task<(Job Job, IReadOnlyList<ShardLease> Leases)> PlanAsync()
    {
        var (job, shards) = await PlannedRows.PlanAsync(Path, "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", rowsPerShard: 2);
        return (job, [.. shards.Select((shard, index) => new ShardLease(1, index, 1, shard))]);
    }

    private WindowReader Reader(Action meanwhile, int threads = 2) => new(
        _blobs,
        format => RowReaders.For(format, _blobs),
        columns: null,
        (row, _) =>
        {
            meanwhile();
            return new WindowRow(row.Location, [], null, null, new RowError(RowErrorCodes.EmptyPrompt, "none"));
        },
        tokenIds: false,
        threads);

    private void Change(string? content)
    {
        lock (_directory)
        {
            if (content is null)
            {
                File.Delete(Path);
            }
            else
            {
                File.WriteAllText(Path, content);
            }
        }
    }
}
