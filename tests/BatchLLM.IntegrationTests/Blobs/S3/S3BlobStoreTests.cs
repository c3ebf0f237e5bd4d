using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using BatchLLM.Blobs.S3;
using BatchLLM.IntegrationTests.Blobs.Remote;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.IntegrationTests.Blobs.S3;

/// <summary>The store against a real server of the protocol.</summary>
public sealed class S3BlobStoreTests(SwiftServer server) : RemoteStoreConformance, IAsyncLifetime
{
    private const int LeastPart = 5 << 20; // of the protocol

    private static readonly S3Patience None = new() { Retries = 0 };

    private Uri _address = new("http://127.0.0.1/");
    private string _bucket = "";
    private S3BlobStore? _store;
    private AmazonS3Client? _client;

    protected override IBlobStore Store => _store!;

    // Deep in the bucket, under a key that needs escapes.
    protected override string Root => $"s3://{_bucket}/some%20place/100%25";

    protected override int BlockBytes => S3Parts.Bytes;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _address = await server.AddressAsync();
        _bucket = await server.CreateBucketAsync();
        _client = await server.ClientAsync();
        _store = SwiftServer.StoreOf(_address, None);
    }

    public ValueTask DisposeAsync()
    {
        _client?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_failed_write_leaves_no_parts()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => Store.WriteAsync(
            $"{Root}/large",
            async (stream, cancellationToken) =>
            {
                await stream.WriteAsync(new byte[S3Parts.Bytes + 1], cancellationToken);
                Assert.Single(await UploadsAsync());
                throw new TimeoutException();
            },
            Cancellation));
        Assert.Empty(await UploadsAsync());
    }

    [Theory]
    [InlineData((2 * LeastPart) + 1)]
    [InlineData(2 * LeastPart)]
    public async Task What_is_too_long_for_one_copy_is_moved_in_parts(int length)
    {
        var content = RandomBytes.Of(length);
        await Store.WriteAsync($"{Root}/a", (stream, token) => stream.WriteAsync(content, token).AsTask(), Cancellation);
        var credentials = new BasicAWSCredentials(SwiftServer.AccessKey, SwiftServer.SecretKey);
        var store = SwiftServer.StoreOf(_address, None, credentials, LeastPart);

        await store.MoveAsync($"{Root}/a", $"{Root}/b", Cancellation);

        Assert.Equal(content, await ReadAsync("b"));
        var moved = Assert.Single(await Store.ListAsync($"{Root}/*", Cancellation).ToListAsync(Cancellation));
        Assert.EndsWith($"-{(length + LeastPart - 1) / LeastPart}", moved.Version, StringComparison.Ordinal); // parts
        Assert.Empty(await UploadsAsync());
    }

    [Fact]
    public async Task Objects_of_many_parts_move()
    {
        var content = RandomBytes.Of(S3Parts.Bytes + 1);
        await Store.WriteAsync($"{Root}/a", (stream, token) => stream.WriteAsync(content, token).AsTask(), Cancellation);
        await Store.MoveAsync($"{Root}/a", $"{Root}/b", Cancellation);
        Assert.Equal(content, await ReadAsync("b"));
    }

    [Fact]
    public async Task A_missing_bucket_is_named()
    {
        const string Uri = "s3://nowhere/a.jsonl";
        var errors = new List<BatchLLMException>
        {
            await Assert.ThrowsAsync<BatchLLMException>(async () => await Store.OpenReadAsync(Uri, Cancellation)),
            await Assert.ThrowsAsync<BatchLLMException>(() => Store.WriteAsync(Uri, (_, _) => Task.CompletedTask, Cancellation)),
            await Assert.ThrowsAsync<BatchLLMException>(async () => await Store.ListAsync(Uri, Cancellation).ToListAsync()),
            await Assert.ThrowsAsync<BatchLLMException>(async () => await Store.ListAsync(Uri + "*", Cancellation).ToListAsync()),
        };
        Assert.All(errors, e => Assert.Contains("no bucket 'nowhere'", e.Message, StringComparison.Ordinal));
        Assert.All(errors, e => Assert.False(e.IsTransient));
    }

    [Fact]
    public async Task A_bucket_is_no_object()
    {
        var e = await Assert.ThrowsAsync<BatchLLMException>(
            async () => await Store.OpenReadAsync($"s3://{_bucket}", Cancellation));
        Assert.Contains("is a bucket", e.Message, StringComparison.Ordinal);
        Assert.Empty(await Store.ListAsync($"s3://{_bucket}", Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Folder_marks_are_no_blobs_and_empty_parts_of_keys_are()
    {
        await PutAsync("d/", "");
        await PutAsync("d/e/", "");
        await PutAsync("d//b.jsonl", "1");

        var place = $"s3://{_bucket}";
        var all = await Store.ListAsync($"{place}/**", Cancellation).ToListAsync(Cancellation);
        Assert.Equal($"{place}/d//b.jsonl", string.Join(" and ", all.Select(blob => blob.Uri)));
        Assert.Empty(await Store.ListAsync($"{place}/d", Cancellation).ToListAsync(Cancellation));
        Assert.Empty(await Store.ListAsync($"{place}/d/", Cancellation).ToListAsync(Cancellation));
        Assert.Equal(all, await Store.ListAsync(all[0].Uri, Cancellation).ToListAsync(Cancellation));
    }

    [Theory]
    [InlineData("a+b c%20d", "**")]
    [InlineData("quote'\"<&>;=@,$!()~[]{}|\\^`#:", "**")]
    [InlineData("line\nbreak\u0001", "**")]
    [InlineData("größer/日本/😀", "**")]
    [InlineData("*?.txt", "**")]
    [InlineData("dots/../and/./more", "dots/../and/./*")] // a glob never matches a leading dot
    public async Task A_key_may_hold_any_character(string key, string pattern)
    {
        await PutAsync(key, "content");

        var listed = Assert.Single(await Store.ListAsync($"s3://{_bucket}/{pattern}", Cancellation).ToListAsync(Cancellation));
        Assert.Equal(listed, Assert.Single(await Store.ListAsync(listed.Uri, Cancellation).ToListAsync(Cancellation)));
        await using (var stream = await Store.OpenReadAsync(listed.Uri, Cancellation))
        {
            Assert.Equal('c', (char)stream.ReadByte());
        }

        await Store.MoveAsync(listed.Uri, listed.Uri + ".moved", Cancellation);
        await Store.DeleteAsync(listed.Uri + ".moved", Cancellation);
        Assert.Empty(await Store.ListAsync($"s3://{_bucket}/{pattern}", Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Listings_of_several_pages_are_whole()
    {
        // The server's pages are of ten objects.
        var names = Enumerable.Range(0, 101).Select(i => $"many/{i:D5}").ToList();
        await Parallel.ForEachAsync(names, Cancellation, async (name, _) => await PutAsync(name, ""));

        var place = $"s3://{_bucket}/";
        var found = await Store.ListAsync(place + "many/*", Cancellation).ToListAsync(Cancellation);
        Assert.Equal(names, found.Select(blob => blob.Uri[place.Length..]));
    }

    [Fact]
    public async Task Wrong_credentials_are_refused_by_name_and_not_told()
    {
        var store = SwiftServer.StoreOf(_address, None, new BasicAWSCredentials(SwiftServer.AccessKey, "PRIVATE"), S3Copy.MostBytes);
        var e = await Assert.ThrowsAsync<BatchLLMException>(
            async () => await store.ListAsync($"{Root}/*", Cancellation).ToListAsync(Cancellation));
        Assert.Contains("the service refused this process (403 SignatureDoesNotMatch)", e.Message, StringComparison.Ordinal);
        Assert.Contains("AWS_SECRET_ACCESS_KEY", e.Message, StringComparison.Ordinal);
        Assert.False(e.IsTransient);
        Assert.DoesNotContain("PRIVATE", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_credentials_are_named_where_the_bucket_is_not_public()
    {
        var store = SwiftServer.StoreOf(_address, None, new AnonymousAWSCredentials(), S3Copy.MostBytes);
        var e = await Assert.ThrowsAsync<BatchLLMException>(
            async () => await store.OpenReadAsync($"{Root}/a", Cancellation));
        Assert.Contains("has no credentials for S3", e.Message, StringComparison.Ordinal);
        Assert.Contains("AWS_PROFILE", e.Message, StringComparison.Ordinal);
    }

    private async Task PutAsync(string key, string content) => await _client!.PutObjectAsync(
        new PutObjectRequest { BucketName = _bucket, Key = key, ContentBody = content, UseChunkEncoding = false }, Cancellation);

    private async Task<List<MultipartUpload>> UploadsAsync() =>
        (await _client!.ListMultipartUploadsAsync(_bucket, Cancellation)).MultipartUploads ?? [];
}
