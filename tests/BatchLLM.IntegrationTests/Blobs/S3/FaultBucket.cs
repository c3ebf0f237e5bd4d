using BatchLLM.Blobs.Remote;
using BatchLLM.Blobs.S3;
using BatchLLM.IntegrationTests.Blobs.Faults;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.IntegrationTests.Blobs.S3;

/// <summary>A bucket with one object of three ranges, and what leads to it through something that breaks.</summary>
internal sealed class FaultBucket
{
    private const int Seed = 21;

    private readonly SwiftServer _server;

    private FaultBucket(SwiftServer server, string bucket, Uri address) =>
        (_server, Uri, Direct) = (server, $"s3://{bucket}/a.bin", SwiftServer.StoreOf(address, Short));

    /// <summary>Tries again soon, but has time for a busy machine.</summary>
    public static S3Patience Short { get; } = new()
    {
        Retries = 3,
        FirstDelay = TimeSpan.FromMilliseconds(10),
        LongestSilence = TimeSpan.FromSeconds(30),
    };

    /// <summary>The same, for tests in which something falls silent.</summary>
    public static S3Patience Strict { get; } = Short with { LongestSilence = TimeSpan.FromSeconds(2) };

    /// <summary>The object.</summary>
    public string Uri { get; }

    /// <summary>What it holds.</summary>
    public byte[] Content { get; } = RandomBytes((2 * RangedReadStream.SequentialBytes) + 999);

    /// <summary>Past all faults.</summary>
    public S3BlobStore Direct { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<FaultBucket> CreateAsync(SwiftServer server)
    {
        var bucket = new FaultBucket(server, await server.CreateBucketAsync(), await server.AddressAsync());
        await bucket.WriteAsync(bucket.Direct, bucket.Content);
        return bucket;
    }

    /// <summary>Stands before the server.</summary>
    public async Task<FaultProxy> ProxyAsync(Func<ProxiedRequest, Fault?> decide) =>
        new(await _server.AddressAsync(), decide);

    public static S3BlobStore StoreOf(FaultProxy proxy) => SwiftServer.StoreOf(proxy.Address, Short);

    public Task<BlobDigest> WriteAsync(S3BlobStore store, byte[] content, string? uri = null) => store.WriteAsync(
        uri ?? Uri, (stream, token) => stream.WriteAsync(content, token).AsTask(), Cancellation);

    public async Task<byte[]> ReadAsync(S3BlobStore store, string? uri = null)
    {
        await using var stream = await store.OpenReadAsync(uri ?? Uri, Cancellation);
        var read = new byte[stream.Length];
        await stream.ReadExactlyAsync(read, Cancellation);
        return read;
    }

    public static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(Seed).NextBytes(bytes);
        return bytes;
    }
}
