using BatchLLM.Blobs.Files;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Blobs.Files;

public sealed class FileBlobStoreTests : BlobStoreConformance, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    protected override IBlobStore Store { get; } = new FileBlobStore();

    protected override string Root => _directory.Uri;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_reader_keeps_the_blob_it_opened()
    {
        await WriteAsync("a", "first");
        await using var stream = await Store.OpenReadAsync($"{Root}/a", Cancellation);
        await WriteAsync("a", "other");
        using var reader = new StreamReader(stream);
        Assert.Equal("first", await reader.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task A_failed_write_leaves_no_temporary_file()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => Store.WriteAsync(
            Root + "/a", (_, _) => throw new TimeoutException(), Cancellation));
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public async Task A_missing_file_below_a_missing_directory_does_not_exist()
    {
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () => await ReadAsync("no/such"));
        Assert.Equal($"Cannot read {_directory.File("no/such")}: it does not exist.", e.Message);
    }

    [Fact]
    public async Task A_directory_is_not_read()
    {
        Directory.CreateDirectory(_directory.File("d"));
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () => await ReadAsync("d"));
        Assert.Contains("it is a directory", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_is_not_written_over()
    {
        Directory.CreateDirectory(_directory.File("d"));
        var e = await Assert.ThrowsAsync<BatchLLMException>(() => WriteAsync("d", "content"));
        Assert.Contains("it is a directory", e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public async Task A_place_below_a_file_is_refused()
    {
        await WriteAsync("file", "content");
        var e = await Assert.ThrowsAsync<BatchLLMException>(() => WriteAsync("file/d/a", "content"));
        Assert.Contains("a part of this path is a file", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_place_where_nobody_may_write_is_refused()
    {
        // Permissions do not bind root, who may run this; nobody at all creates files in /proc.
        var e = await Assert.ThrowsAsync<BatchLLMException>(() => Store.WriteAsync(
            "file:///proc/batchllm/a", (_, _) => Task.CompletedTask, Cancellation));
        Assert.StartsWith("Cannot write /proc/batchllm/a: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_is_not_read()
    {
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () =>
            await Store.OpenReadAsync("file:///proc/self/fd/" + OpenPipe(), Cancellation));
        Assert.Contains("expected a regular file", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_to_files_are_listed_and_links_to_directories_are_followed_only_by_name()
    {
        await WriteAsync("d/a", "content");
        File.CreateSymbolicLink(_directory.File("link"), "d/a");
        File.CreateSymbolicLink(_directory.File("broken"), "nowhere");
        Directory.CreateSymbolicLink(_directory.File("d/loop"), _directory.Path);

        var all = await Store.ListAsync(Root + "/**", Cancellation).ToListAsync();
        Assert.Equal(["d/a", "link"], all.Select(blob => blob.Uri[(Root.Length + 1)..]));
        Assert.All(all, blob => Assert.Equal(7, blob.Length));
        Assert.Single(await Store.ListAsync(Root + "/d/loop/d/*", Cancellation).ToListAsync());
        Assert.Single(await Store.ListAsync(Root + "/*/loop/*/a", Cancellation).ToListAsync());
    }

    [Fact]
    public async Task A_change_of_the_same_length_changes_the_version()
    {
        await WriteAsync("a", "one");
        var before = await Store.ListAsync(Root + "/a", Cancellation).SingleAsync();
        File.SetLastWriteTimeUtc(_directory.File("a"), File.GetLastWriteTimeUtc(_directory.File("a")).AddTicks(1));
        var after = await Store.ListAsync(Root + "/a", Cancellation).SingleAsync();
        Assert.NotEqual(before.Version, after.Version);
    }

    [Fact]
    public async Task A_full_device_is_named_with_the_remedy()
    {
        // The kernel's own ENOSPC, through the stream that a blob's writer sees.
        await using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
        await using var stream = new DigestStream(full, "/out/part-0.jsonl");
        const string Sentence =
            "No room left on the device holding /out/part-0.jsonl; free some space, then run `batchllm resume`.";
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () =>
            await stream.WriteAsync("content"u8.ToArray(), Cancellation));
        Assert.Equal(Sentence, e.Message);
        Assert.Equal(Sentence, Assert.Throws<BatchLLMException>(() => stream.Write("content"u8)).Message);
    }

    [Fact]
    public async Task A_device_that_fails_while_it_is_read_is_named()
    {
        // Nothing is mapped at address 0, so the kernel answers EIO.
        await using var stream = await Store.OpenReadAsync("file:///proc/self/mem", Cancellation);
        var buffer = new byte[10];
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () =>
            await stream.ReadExactlyAsync(buffer, Cancellation));
        Assert.StartsWith("Cannot read /proc/self/mem: ", e.Message, StringComparison.Ordinal);
        Assert.Throws<BatchLLMException>(() => stream.ReadByte());
    }

    private static long OpenPipe()
    {
        var pipe = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.Out);
        pipe.DisposeLocalCopyOfClientHandle();
        return pipe.SafePipeHandle.DangerousGetHandle().ToInt64();
    }
}
