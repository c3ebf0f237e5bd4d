using BatchLLM.Blobs.Files;
using BatchLLM.Blobs.Jsonl;
using Xunit;

namespace BatchLLM.Tests.Blobs.Jsonl;

// The allocation counter is the whole process's, so nothing else may run meanwhile.
[CollectionDefinition(nameof(JsonlMemoryTests), DisableParallelization = true)]
[Collection(nameof(JsonlMemoryTests))]
public sealed class JsonlMemoryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_million_rows_are_split_in_flat_memory()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("rows.jsonl");
        await File.WriteAllTextAsync(
            path, string.Concat(Enumerable.Range(0, 1_000_000).Select(i => $"{{\"id\":{i}}}\n")), Cancellation);
        var reader = new JsonlRowReader(new FileBlobStore());
        await reader.SplitAsync("file://" + path, 1024, Cancellation).CountAsync(Cancellation);

        var before = GC.GetTotalAllocatedBytes(precise: true);
        var rows = await reader.SplitAsync("file://" + path, 1024, Cancellation)
            .Select(range => range.RowCount).SumAsync(Cancellation);
        Assert.Equal(1_000_000, rows);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 2_000_000);
    }
}
