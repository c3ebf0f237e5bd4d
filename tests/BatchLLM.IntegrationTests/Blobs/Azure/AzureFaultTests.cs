using System.Security.Cryptography;
using BatchLLM.Blobs.Azure;
using BatchLLM.IntegrationTests.Blobs.Faults;
using BatchLLM.IntegrationTests.Blobs.Remote;
using Xunit;

namespace BatchLLM.IntegrationTests.Blobs.Azure;

/// <summary>The store while the network and the service fail.</summary>
public sealed class AzureFaultTests(AzuriteServer server) : FaultConformance
{
    protected override int BlockBytes => AzureBlocks.Bytes;

    private protected override async Task<FaultyBlob> CreateAsync() => new(
        await server.AddressAsync(),
        $"az://{AzuriteServer.Account}/{await server.CreateContainerAsync()}/a.bin",
        (address, silence) => AzuriteServer.StoreOf(AzuriteServer.ConnectionString(address), Patience(silence)));

    [Fact]
    public async Task The_service_s_own_word_for_its_trouble_is_told()
    {
        await using var proxy = Blob.Proxy(_ => new Fault.Answer("503 Server Busy", "x-ms-error-code: ServerBusy"));
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () => await Blob.ReadAsync(Blob.StoreOf(proxy)));
        Assert.Equal($"Cannot read {Blob.Uri}: the service answered 503 ServerBusy.", e.Message);
    }

    [Theory]
    [InlineData("comp=block&")]
    [InlineData("comp=blocklist")]
    public async Task A_lost_answer_to_a_write_leaves_the_blob_whole(string query)
    {
        var lost = 0;
        await using var proxy = Blob.Proxy(request => request.Method == "PUT"
            && request.Target.Contains(query, StringComparison.Ordinal) && Interlocked.Increment(ref lost) == 1
                ? new Fault.LoseAnswer()
                : null);
        var content = RandomBytes.Of(AzureBlocks.Bytes + 5);

        var digest = await Blob.WriteAsync(Blob.StoreOf(proxy), content);

        Assert.True(lost >= 2, $"{query} was sent {lost} times");
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), digest.Sha256);
        Assert.Equal(content, await Blob.ReadAsync(Blob.StoreOf(proxy)));
    }

    [Fact]
    public async Task Every_block_carries_its_md5()
    {
        await using var proxy = Blob.Proxy(_ => null);
        await Blob.WriteAsync(Blob.StoreOf(proxy), RandomBytes.Of(AzureBlocks.Bytes + 5));
        await Blob.WriteAsync(Blob.StoreOf(proxy), RandomBytes.Of(5));

        var uploads = proxy.Requests.Where(request =>
            request.Method == "PUT" && !request.Target.Contains("comp=blocklist", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, uploads.Count);
        Assert.All(uploads, request => Assert.Equal(Md5(request.Body), request.Headers["content-md5"]));
    }

#pragma warning disable CA5351 // the service's checksum against accidents
    private static string Md5(byte[] body) => Convert.ToBase64String(MD5.HashData(body));
#pragma warning restore CA5351

    private static AzurePatience Patience(TimeSpan silence) => new()
    {
        Retries = FaultyBlob.Retries,
        FirstDelay = TimeSpan.FromMilliseconds(10),
        LongestSilence = silence,
    };
}
