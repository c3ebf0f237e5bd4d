using System.Diagnostics;
using System.Security.Cryptography;
using BatchLLM.Blobs.Azure;
using BatchLLM.Blobs.Remote;
using BatchLLM.IntegrationTests.Blobs.Faults;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.IntegrationTests.Blobs.Azure;

/// <summary>The store while the network and the service fail.</summary>
public sealed class AzureFaultTests(AzuriteServer server) : IAsyncLifetime
{
    private const int Seed = 21;

    private static readonly AzurePatience Short = new()
    {
        Retries = 3,
        FirstDelay = TimeSpan.FromMilliseconds(10),
        LongestSilence = TimeSpan.FromSeconds(2),
    };

    private readonly byte[] _content = RandomBytes((2 * RangedReadStream.SequentialBytes) + 999);
    private string _uri = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _uri = $"az://{AzuriteServer.Account}/{await server.CreateContainerAsync()}/a.bin";
        await WriteAsync(AzuriteServer.StoreOf(await server.ConnectionStringAsync(), Short), _content);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(BodyEnd.Reset)]
    [InlineData(BodyEnd.Close)]
    [InlineData(BodyEnd.Silence)]
    public async Task A_body_that_breaks_off_is_read_on_from_the_byte_reached(object end)
    {
        const int Passed = 1_000_000;
        var cuts = 0;
        await using var proxy = await ProxyAsync(request =>
            request.IsDownload && Interlocked.Increment(ref cuts) == 2 ? new Fault.CutBody(Passed, (BodyEnd)end) : null);

        Assert.Equal(_content, await ReadAsync(StoreOf(proxy)));

        var downloads = proxy.Requests.Where(request => request.IsDownload).ToList();
        Assert.Equal(4, downloads.Count); // three ranges, and the rest of the second
        Assert.InRange(
            downloads[2].RangeStart!.Value, RangedReadStream.SequentialBytes + 1, RangedReadStream.SequentialBytes + Passed);
        Assert.All(downloads, request => Assert.NotEmpty(request.Headers["if-match"]));
    }

    [Fact]
    public async Task A_slow_body_is_only_slow()
    {
        await using var proxy = await ProxyAsync(request => request.IsDownload ? new Fault.Trickle() : null);
        Assert.Equal(_content, await ReadAsync(StoreOf(proxy)));
        Assert.Equal(3, proxy.Requests.Count(request => request.IsDownload));
    }

    [Fact]
    public async Task A_blob_that_changes_while_its_body_breaks_off_is_named_and_never_mixed()
    {
        var direct = AzuriteServer.StoreOf(await server.ConnectionStringAsync(), Short);
        var cuts = 0;
        await using var proxy = await ProxyAsync(request =>
        {
            if (!request.IsDownload)
            {
                return null;
            }

            if (++cuts == 2)
            {
                // The first body has broken off; what is asked for now is the rest of a blob that is no more.
                WriteAsync(direct, new byte[_content.Length]).GetAwaiter().GetResult();
            }

            return cuts == 1 ? new Fault.CutBody(1_000, BodyEnd.Close) : null;
        });
        await using var stream = await StoreOf(proxy).OpenReadAsync(_uri, Cancellation);
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () => await stream.ReadExactlyAsync(new byte[2_000], Cancellation));
        Assert.Contains("it changed while it was read", e.Message, StringComparison.Ordinal);
        Assert.Equal(2, cuts);
    }

    [Theory]
    [InlineData("503 Server Busy")]
    [InlineData("429 Too Many Requests")]
    [InlineData("500 Internal Server Error")]
    public async Task Every_request_is_tried_again_while_the_service_is_unwell(string status)
    {
        var seen = new HashSet<string>();
        await using var proxy = await ProxyAsync(request =>
        {
            lock (seen)
            {
                return seen.Add($"{request.Method} {request.Target} {request.RangeStart}") ? new Fault.Answer(status) : null;
            }
        });
        var store = StoreOf(proxy);
        var moved = _uri + ".moved";

        await WriteAsync(store, _content);
        await store.MoveAsync(_uri, moved, Cancellation);
        Assert.Equal(_content, await ReadAsync(store, moved));
        Assert.Single(await store.ListAsync(moved[..^3] + "*", Cancellation).ToListAsync(Cancellation));
        await store.DeleteAsync(moved, Cancellation);
        Assert.Empty(await store.ListAsync(moved, Cancellation).ToListAsync(Cancellation));
        Assert.True(proxy.Requests.Count >= 2 * seen.Count, $"{proxy.Requests.Count} requests of {seen.Count} kinds");
    }

    [Theory]
    [InlineData("503 Server Busy")]
    [InlineData("429 Too Many Requests")]
    public async Task Retry_after_is_waited_for(string status)
    {
        var answers = 0;
        await using var proxy = await ProxyAsync(request => request.IsDownload && Interlocked.Increment(ref answers) == 1
            ? new Fault.Answer(status, "Retry-After: 1")
            : null);

        Assert.Equal(_content, await ReadAsync(StoreOf(proxy)));

        var downloads = proxy.Requests.Where(request => request.IsDownload).ToList();
        Assert.InRange(Stopwatch.GetElapsedTime(downloads[0].Arrived, downloads[1].Arrived).TotalSeconds, 0.99, 60);
    }

    [Fact]
    public async Task A_service_that_stays_unwell_is_named_as_such()
    {
        await using var proxy = await ProxyAsync(_ => new Fault.Answer("503 Server Busy", "x-ms-error-code: ServerBusy"));
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () => await ReadAsync(StoreOf(proxy)));
        Assert.Equal($"Cannot read {_uri}: the service answered 503 ServerBusy.", e.Message);
        Assert.True(e.IsTransient);
        Assert.Equal(Short.Retries + 1, proxy.Requests.Count);
    }

    [Fact]
    public async Task A_service_that_cannot_be_reached_is_named_as_such()
    {
        var proxy = await ProxyAsync(_ => null);
        var store = StoreOf(proxy);
        await proxy.DisposeAsync();
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () => await ReadAsync(store));
        Assert.StartsWith($"Cannot read {_uri}: the connection failed, again and again (", e.Message, StringComparison.Ordinal);
        Assert.True(e.IsTransient);
    }

    [Theory]
    [InlineData("comp=block&")]
    [InlineData("comp=blocklist")]
    public async Task A_lost_answer_to_a_write_leaves_the_blob_whole(string query)
    {
        var lost = 0;
        await using var proxy = await ProxyAsync(request => request.Method == "PUT"
            && request.Target.Contains(query, StringComparison.Ordinal) && Interlocked.Increment(ref lost) == 1
                ? new Fault.LoseAnswer()
                : null);
        var content = RandomBytes(AzureBlocks.Bytes + 5);

        var digest = await WriteAsync(StoreOf(proxy), content);

        Assert.True(lost >= 2, $"{query} was sent {lost} times");
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), digest.Sha256);
        Assert.Equal(content, await ReadAsync(StoreOf(proxy)));
    }

    [Fact]
    public async Task Every_block_carries_its_md5()
    {
        await using var proxy = await ProxyAsync(_ => null);
        await WriteAsync(StoreOf(proxy), RandomBytes(AzureBlocks.Bytes + 5));
        await WriteAsync(StoreOf(proxy), RandomBytes(5));

        var uploads = proxy.Requests.Where(request =>
            request.Method == "PUT" && !request.Target.Contains("comp=blocklist", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, uploads.Count);
        Assert.All(uploads, request => Assert.Equal(Md5(request.Body), request.Headers["content-md5"]));
    }

#pragma warning disable CA5351 // the service's checksum against accidents
    private static string Md5(byte[] body) => Convert.ToBase64String(MD5.HashData(body));
#pragma warning restore CA5351

    private async Task<FaultProxy> ProxyAsync(Func<ProxiedRequest, Fault?> decide) =>
        new(await server.AddressAsync(), decide);

    private static AzureBlobStore StoreOf(FaultProxy proxy) =>
        AzuriteServer.StoreOf(AzuriteServer.ConnectionString(proxy.Address), Short);

    private Task<BlobDigest> WriteAsync(AzureBlobStore store, byte[] content) => store.WriteAsync(
        _uri, (stream, token) => stream.WriteAsync(content, token).AsTask(), Cancellation);

    private async Task<byte[]> ReadAsync(AzureBlobStore store, string? uri = null)
    {
        await using var stream = await store.OpenReadAsync(uri ?? _uri, Cancellation);
        var read = new byte[stream.Length];
        await stream.ReadExactlyAsync(read, Cancellation);
        return read;
    }

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(Seed).NextBytes(bytes);
        return bytes;
    }
}
