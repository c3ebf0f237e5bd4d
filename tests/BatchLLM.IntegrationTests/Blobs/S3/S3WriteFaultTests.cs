using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using Amazon.Runtime;
using BatchLLM.Blobs.S3;
using BatchLLM.IntegrationTests.Blobs.Faults;
using BatchLLM.IntegrationTests.Blobs.Remote;
using Xunit;

namespace BatchLLM.IntegrationTests.Blobs.S3;

/// <summary>Writes and moves while the network and the service fail.</summary>
public sealed class S3WriteFaultTests(SwiftServer server) : IAsyncLifetime
{
    private const int LeastPart = 5 << 20; // of the protocol

    private FaultyBlob? _blob;

    private FaultyBlob Blob => _blob!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _blob = await FaultBucket.CreateAsync(server);
        await Blob.WriteAsync(Blob.Direct, Blob.Content);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("PUT", "partNumber=", S3Parts.Bytes + 5)]
    [InlineData("POST", "?uploads", S3Parts.Bytes + 5)]
    [InlineData("POST", "uploadId=", S3Parts.Bytes + 5)]
    [InlineData("PUT", "", 5)]
    public async Task A_lost_answer_to_a_write_leaves_the_object_whole(string method, string query, int length)
    {
        var sent = 0;
        var content = RandomBytes.Of(length);
        await using var proxy = Blob.Proxy(request =>
            Is(request, method, query) && Interlocked.Increment(ref sent) == 1 ? new Fault.LoseAnswer() : null);

        var digest = await Blob.WriteAsync(Blob.StoreOf(proxy), content);

        Assert.True(sent >= 2, $"{query} was sent {sent} times");
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), digest.Sha256);
        Assert.Equal(content, await Blob.ReadAsync(Blob.StoreOf(proxy)));
    }

    [Fact]
    public async Task Parts_that_were_joined_already_are_recognised()
    {
        // This server answers a second time what it answered the first time; S3 says that there is no such upload.
        var joins = 0;
        var content = RandomBytes.Of(S3Parts.Bytes + 5);
        await using var proxy = Blob.Proxy(request => !Is(request, "POST", "uploadId=") ? null
            : Interlocked.Increment(ref joins) == 1 ? new Fault.LoseAnswer()
            : NoSuchUpload);

        await Blob.WriteAsync(Blob.StoreOf(proxy), content);

        Assert.Equal(2, joins);
        Assert.Equal(content, await Blob.ReadAsync(Blob.StoreOf(proxy)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".new")]
    public async Task Parts_that_the_service_threw_away_are_not_taken_for_joined(string suffix)
    {
        await using var proxy = Blob.Proxy(request => Is(request, "POST", "uploadId=") ? NoSuchUpload : null);
        var content = RandomBytes.Of(S3Parts.Bytes + 5);
        var e = await Assert.ThrowsAsync<BatchLLMException>(
            () => Blob.WriteAsync(Blob.StoreOf(proxy), content, Blob.Uri + suffix));
        Assert.Contains("threw the parts away", e.Message, StringComparison.Ordinal);
        Assert.False(e.IsTransient);
        Assert.Equal(Blob.Content, await Blob.ReadAsync(Blob.StoreOf(proxy)));
    }

    [Theory]
    [InlineData("POST", "uploadId=")]
    [InlineData("PUT", ".moved")]
    public async Task A_failure_that_comes_after_a_good_status_is_tried_again(string method, string query)
    {
        var answers = 0;
        var content = RandomBytes.Of(S3Parts.Bytes + 5);
        await using var proxy = Blob.Proxy(request =>
            Is(request, method, query) && Interlocked.Increment(ref answers) == 1
            ? new Fault.Answer("200 OK", "Content-Type: application/xml") { Body = Error("InternalError") }
            : null);

        await Blob.WriteAsync(Blob.StoreOf(proxy), content);
        await Blob.StoreOf(proxy).MoveAsync(Blob.Uri, Blob.Uri + ".moved", Cancellation);

        Assert.True(answers >= 2, $"{answers} answers");
        Assert.Equal(content, await Blob.ReadAsync(Blob.StoreOf(proxy), Blob.Uri + ".moved"));
    }

    [Theory]
    [InlineData("partNumber=1", S3Parts.Bytes + 5)]
    [InlineData("", 5)]
    public async Task A_body_that_was_damaged_on_its_way_is_sent_again(string query, int length)
    {
        var sent = 0;
        var content = RandomBytes.Of(length);
        await using var proxy = Blob.Proxy(request =>
            Is(request, "PUT", query) && Interlocked.Increment(ref sent) == 1 ? new Fault.TurnBit() : null);

        await Blob.WriteAsync(Blob.StoreOf(proxy), content);

        Assert.True(sent >= 2, $"sent {sent} times");
        Assert.Equal(content, await Blob.ReadAsync(Blob.StoreOf(proxy)));
    }

    [Fact]
    public async Task Every_body_carries_its_checksums()
    {
        await using var proxy = Blob.Proxy(_ => null);
        await Blob.WriteAsync(Blob.StoreOf(proxy), RandomBytes.Of(S3Parts.Bytes + 5));
        await Blob.WriteAsync(Blob.StoreOf(proxy), RandomBytes.Of(5));

        var uploads = proxy.Requests.Where(request => request.Method == "PUT").ToList();
        Assert.Equal(3, uploads.Count);
        Assert.All(uploads, request =>
        {
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(request.Body)), request.Headers["x-amz-content-sha256"]);
            Assert.Equal(Crc32Of(request.Body), request.Headers["x-amz-checksum-crc32"]);
        });
    }

    [Fact]
    public async Task A_copy_in_parts_outlives_an_unwell_service_and_an_object_that_changes()
    {
        var changes = false;
        var seen = new HashSet<string>();
        await using var proxy = Blob.Proxy(request =>
        {
            if (changes && Is(request, "PUT", "partNumber=2"))
            {
                Blob.WriteAsync(Blob.Direct, new byte[Blob.Content.Length]).GetAwaiter().GetResult();
                changes = false;
            }

            return seen.Add($"{request.Method} {request.Target}") ? new Fault.Answer("503 Slow Down") : null;
        });
        var store = SwiftServer.StoreOf(
            proxy.Address,
            FaultBucket.Patience(FaultyBlob.LongSilence),
            new BasicAWSCredentials(SwiftServer.AccessKey, SwiftServer.SecretKey),
            LeastPart);

        await store.MoveAsync(Blob.Uri, Blob.Uri + ".moved", Cancellation);
        Assert.Equal(Blob.Content, await Blob.ReadAsync(store, Blob.Uri + ".moved"));

        await Blob.WriteAsync(store, Blob.Content);
        changes = true;
        var e = await Assert.ThrowsAsync<BatchLLMException>(
            () => store.MoveAsync(Blob.Uri, Blob.Uri + ".again", Cancellation));
        Assert.Contains($"{Blob.Uri}: it changed", e.Message, StringComparison.Ordinal);
        Assert.Empty(await store.ListAsync(Blob.Uri + ".again", Cancellation).ToListAsync(Cancellation));
    }

    private static Fault NoSuchUpload => new Fault.Answer("404 Not Found", "Content-Type: application/xml")
    {
        Body = Error("NoSuchUpload"),
    };

    private static string Error(string code) =>
        $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>As the test wants.</Message></Error>";

    private static bool Is(ProxiedRequest request, string method, string query) =>
        request.Method == method && request.Target.Contains(query, StringComparison.Ordinal);

    private static string Crc32Of(byte[] body)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Crc32.HashToUInt32(body));
        return Convert.ToBase64String(bytes);
    }
}
