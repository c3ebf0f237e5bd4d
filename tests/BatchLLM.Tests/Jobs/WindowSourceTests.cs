using BatchLLM.Blobs;
using BatchLLM.Blobs.Files;
using BatchLLM.Jobs;
using BatchLLM.Rows;
using BatchLLM.Tests.Blobs;
using Xunit;

namespace BatchLLM.Tests.Jobs;

/// <summary>Three windows of one row each.</summary>
public sealed class WindowSourceTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualResetEventSlim _gate = new();

    [Fact]
    public async Task Behind_a_window_that_was_waited_for_the_next_is_read_at_once()
    {
        var (job, store) = await PlanAsync();
        await using (var source = Source(job, store))
        {
            source.Prefetch();
            var next = source.NextAsync(mayWait: false);
            _gate.Set(); // not before: no row was ready when the window was asked for
            await using var held = await next;
        }

        Assert.Equal(2, store.Leased);
    }

    [Fact]
    public async Task The_first_window_asks_for_no_other()
    {
        var (job, store) = await PlanAsync();
        _gate.Set();
        await using (var source = Source(job, store))
        {
            await using var held = await source.NextAsync(mayWait: false);
        }

        Assert.Equal(1, store.Leased);
    }

    public void Dispose()
    {
        _gate.Dispose();
        _directory.Dispose();
    }

    private async Task<(Job Job, LeaseList Store)> PlanAsync()
    {
        var (job, shards) = await PlannedRows.PlanAsync(_directory.File("rows.jsonl"), "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", rowsPerShard: 1);
        return (job, new LeaseList(shards));
    }

    private WindowSource Source(Job job, LeaseList store)
    {
        var blobs = new FileBlobStore();
        var reader = new WindowReader(blobs, format => RowReaders.For(format, blobs), columns: null, Prepare, tokenIds: false, threads: 1);
        return new WindowSource(
            store, _ => Task.FromResult(false), reader, new PipelineOptions("worker", ShardsPerWindow: 1, new PolicySpec()), TimeProvider.System, _ => { },
            job, TestContext.Current.CancellationToken);
    }

    private WindowRow Prepare(Row row, bool isDuplicate)
    {
        _gate.Wait(TestContext.Current.CancellationToken);
        return new WindowRow(row.Location, [], null, null, new RowError(RowErrorCodes.EmptyPrompt, "none"));
    }
}
