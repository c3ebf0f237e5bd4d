using System.Security.Cryptography;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Blobs;

/// <summary>
/// What every <see cref="IBlobStore"/> must do. A store's test class derives from this and names a fresh place.
/// </summary>
public abstract class BlobStoreConformance
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected abstract IBlobStore Store { get; }

    /// <summary>Absolute URI of an empty place, without a closing slash.</summary>
    protected abstract string Root { get; }

    [Fact]
    public async Task What_was_written_is_read_back_and_its_digest_is_true()
    {
        var content = new byte[300_000];
        new Random(1).NextBytes(content);
        var digest = await Store.WriteAsync($"{Root}/a.bin", async (stream, cancellationToken) =>
        {
            await stream.WriteAsync(content.AsMemory(0, 100_000), cancellationToken);
            stream.Write(content.AsSpan(100_000));
        }, Cancellation);

        Assert.Equal(new BlobDigest(content.Length, Convert.ToHexStringLower(SHA256.HashData(content))), digest);
        Assert.Equal(content, await ReadAsync("a.bin"));
    }

    [Fact]
    public async Task A_blob_may_be_empty()
    {
        var digest = await WriteAsync("empty", "");
        Assert.Equal(0, digest.Length);
        Assert.Empty(await ReadAsync("empty"));
        Assert.Equal(["empty"], await NamesAsync("*"));
    }

    [Fact]
    public async Task A_read_stream_seeks_and_knows_its_length()
    {
        await WriteAsync("a", "0123456789");
        await using var stream = await Store.OpenReadAsync($"{Root}/a", Cancellation);
        Assert.Equal(10, stream.Length);
        stream.Position = 7;
        Assert.Equal('7', (char)stream.ReadByte());
        stream.Seek(-1, SeekOrigin.End);
        Assert.Equal('9', (char)stream.ReadByte());
        Assert.Equal(-1, stream.ReadByte());
    }

    [Fact]
    public async Task Nothing_stands_under_the_name_while_it_is_written()
    {
        await Store.WriteAsync($"{Root}/a", async (stream, cancellationToken) =>
        {
            await stream.WriteAsync("half"u8.ToArray(), cancellationToken);
            await stream.FlushAsync(cancellationToken);
            Assert.Empty(await NamesAsync("**"));
            Assert.Empty(await NamesAsync("a"));
        }, Cancellation);
        Assert.Equal(["a"], await NamesAsync("**"));
    }

    [Fact]
    public async Task A_failed_write_leaves_nothing_and_its_own_exception_passes()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => Store.WriteAsync(
            $"{Root}/a",
            async (stream, cancellationToken) =>
            {
                await stream.WriteAsync("half"u8.ToArray(), cancellationToken);
                throw new TimeoutException();
            },
            Cancellation));
        Assert.Empty(await NamesAsync("**"));
        Assert.Empty(await NamesAsync(".*"));
    }

    [Fact]
    public async Task A_failed_write_leaves_the_old_blob()
    {
        await WriteAsync("a", "old");
        await Assert.ThrowsAsync<TimeoutException>(() => Store.WriteAsync(
            $"{Root}/a", (_, _) => throw new TimeoutException(), Cancellation));
        Assert.Equal("old"u8.ToArray(), await ReadAsync("a"));
    }

    [Fact]
    public async Task A_write_replaces_the_old_blob_whole_and_changes_its_version()
    {
        await WriteAsync("a", "a long first content");
        var before = await SingleAsync("a");
        await WriteAsync("a", "second");
        var after = await SingleAsync("a");
        Assert.Equal("second"u8.ToArray(), await ReadAsync("a"));
        Assert.Equal(6, after.Length);
        Assert.NotEqual(before.Version, after.Version);
        Assert.Equal(after, await SingleAsync("a"));
    }

    [Fact]
    public async Task Two_may_move_the_same_blobs_at_once()
    {
        for (var index = 0; index < 20; index++)
        {
            var (from, to) = ($"{Root}/from-{index}", $"{Root}/to-{index}");
            await WriteAsync($"from-{index}", "content");
            var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var moves = Enumerable.Range(0, 2).Select(_ => MoveAsync(start.Task)).ToArray();
            start.SetResult();
            await Task.WhenAll(moves);
            Assert.Equal("content"u8.ToArray(), await ReadAsync($"to-{index}"));

            async Task MoveAsync(Task signal)
            {
                await signal;
                await Store.MoveAsync(from, to, Cancellation);
            }
        }

        Assert.Empty(await NamesAsync("from-*"));
    }

    [Fact]
    public async Task A_missing_blob_is_named()
    {
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () => await ReadAsync("nowhere/missing.bin"));
        Assert.Contains("missing.bin", e.Message, StringComparison.Ordinal);
        Assert.Equal(new BlobFailure(BlobFault.Missing, "missing.bin"), e.Blob);
        Assert.False(e.IsTransient);
    }

    [Fact]
    public async Task Globs_list_in_ordinal_order()
    {
        foreach (var name in (string[])["b.txt", "a.txt", "B.txt", "d/a.txt", "d/e/f.txt", "a.bin", "d/x y%#.txt"])
        {
            await WriteAsync(Uri.EscapeDataString(name).Replace("%2F", "/", StringComparison.Ordinal), name);
        }

        Assert.Equal(["B.txt", "a.txt", "b.txt"], await NamesAsync("*.txt"));
        Assert.Equal(["d/a.txt", "d/x y%#.txt"], await NamesAsync("d/*.txt"));
        Assert.Equal(["d/e/f.txt"], await NamesAsync("*/?/*.txt"));
        Assert.Equal(["B.txt", "a.txt", "b.txt", "d/a.txt", "d/e/f.txt", "d/x y%#.txt"], await NamesAsync("**/*.txt"));
        Assert.Equal(["d/a.txt", "d/e/f.txt", "d/x y%#.txt"], await NamesAsync("d/**"));
        Assert.Equal(["a.txt"], await NamesAsync("a.txt"));
        Assert.Empty(await NamesAsync("d"));
        Assert.Empty(await NamesAsync("missing.txt"));
        Assert.Empty(await NamesAsync("missing/*.txt"));
        Assert.Empty(await NamesAsync("a.txt/*"));
    }

    [Fact]
    public async Task A_listed_uri_opens_even_if_its_name_looks_like_a_pattern()
    {
        await WriteAsync("a%2A%3F%5B1%5D.txt", "content");
        await WriteAsync("abc1.txt", "other");
        var listed = await SingleAsync("a%2A*");
        Assert.Equal(listed, Assert.Single(await ListAsync(listed.Uri)));
        await using var stream = await Store.OpenReadAsync(listed.Uri, Cancellation);
        Assert.Equal(7, stream.Length);
    }

    [Fact]
    public async Task A_move_replaces_and_may_be_repeated()
    {
        await WriteAsync("parts/a", "new");
        await WriteAsync("final", "old");
        await Store.MoveAsync($"{Root}/parts/a", $"{Root}/final", Cancellation);
        await Store.MoveAsync($"{Root}/parts/a", $"{Root}/final", Cancellation);
        Assert.Equal("new"u8.ToArray(), await ReadAsync("final"));
        Assert.Equal(["final"], await NamesAsync("**"));
    }

    [Fact]
    public async Task A_move_makes_its_place()
    {
        await WriteAsync("a", "content");
        await Store.MoveAsync($"{Root}/a", $"{Root}/deep/er/a", Cancellation);
        Assert.Equal(["deep/er/a"], await NamesAsync("**"));
    }

    [Fact]
    public async Task A_move_of_nothing_to_nothing_is_refused() =>
        await Assert.ThrowsAsync<BatchLLMException>(() => Store.MoveAsync($"{Root}/a", $"{Root}/b", Cancellation));

    [Fact]
    public async Task A_delete_may_be_repeated()
    {
        await WriteAsync("d/a", "content");
        await Store.DeleteAsync($"{Root}/d/a", Cancellation);
        await Store.DeleteAsync($"{Root}/d/a", Cancellation);
        await Store.DeleteAsync($"{Root}/never/a", Cancellation);
        Assert.Empty(await NamesAsync("**"));
    }

    [Fact]
    public async Task A_blob_is_deleted_in_the_version_that_was_seen_and_in_no_other()
    {
        await WriteAsync("d/a", "content");
        var seen = await SingleAsync("d/a");
        await WriteAsync("d/a", "another content");
        var now = await SingleAsync("d/*");

        Assert.False(await Store.DeleteVersionAsync(seen.Uri, seen.Version, Cancellation));
        Assert.Equal("another content"u8.ToArray(), await ReadAsync("d/a"));
        Assert.True(await Store.DeleteVersionAsync(now.Uri, now.Version, Cancellation));
        Assert.False(await Store.DeleteVersionAsync(now.Uri, now.Version, Cancellation));
        Assert.Empty(await NamesAsync("**"));
    }

    [Fact]
    public async Task Writers_of_many_blobs_do_not_disturb_each_other()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => WriteAsync($"new/{i}", $"{i}")));
        Assert.Equal(20, (await NamesAsync("new/*")).Count);
    }

    [Fact]
    public async Task A_cancelled_write_leaves_nothing()
    {
        using var source = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.WriteAsync(
            $"{Root}/a",
            async (stream, cancellationToken) =>
            {
                await stream.WriteAsync("half"u8.ToArray(), cancellationToken);
                await source.CancelAsync();
                cancellationToken.ThrowIfCancellationRequested();
            },
            source.Token));
        Assert.Empty(await NamesAsync("**"));
    }

    protected Task<BlobDigest> WriteAsync(string name, string content) => Store.WriteAsync(
        $"{Root}/{name}",
        async (stream, cancellationToken) =>
            await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(content), cancellationToken),
        Cancellation);

    protected async Task<byte[]> ReadAsync(string name)
    {
        await using var stream = await Store.OpenReadAsync($"{Root}/{name}", Cancellation);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Cancellation);
        return copy.ToArray();
    }

    private async Task<List<BlobInfo>> ListAsync(string uri) => await Store.ListAsync(uri, Cancellation).ToListAsync();

    private async Task<BlobInfo> SingleAsync(string pattern) => Assert.Single(await ListAsync($"{Root}/{pattern}"));

    private async Task<List<string>> NamesAsync(string pattern) =>
        [.. (await ListAsync($"{Root}/{pattern}"))
            .Select(blob => Uri.UnescapeDataString(blob.Uri[(Root.Length + 1)..]))];
}
