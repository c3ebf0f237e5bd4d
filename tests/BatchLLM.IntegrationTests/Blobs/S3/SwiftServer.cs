using Amazon.Runtime;
using Amazon.S3;
using BatchLLM.Blobs.S3;
using BatchLLM.IntegrationTests.Blobs.S3;
using BatchLLM.IntegrationTests.Cli;
using Xunit;

[assembly: AssemblyFixture(typeof(SwiftServer))]

namespace BatchLLM.IntegrationTests.Blobs.S3;

/// <summary>One OpenStack Swift for all tests, asked through its S3 API, which checks signatures and bodies' SHA-256.</summary>
public sealed class SwiftServer : IAsyncDisposable
{
    /// <summary>The only user of tests/swift/server.py.</summary>
    internal const string AccessKey = "test:tester";

    internal const string SecretKey = "testing";

    private readonly ServerProcess _server = new(
        "/usr/bin/python3", // Debian's, which has Debian's packages
        Path.Combine(Checkout.Root, "tests", "swift", "server.py"),
        "if it is not there, run ops/install.sh swift",
        folder => [Path.Combine(folder, "swift")]);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>Where it listens.</summary>
    internal Task<Uri> AddressAsync() => _server.AddressAsync();

    /// <summary>A new, empty bucket, and its name.</summary>
    internal async Task<string> CreateBucketAsync()
    {
        var name = $"test-{Guid.NewGuid():n}";
        using var client = await ClientAsync();
        await client.PutBucketAsync(name);
        return name;
    }

    /// <summary>The server's own client, to look behind the store.</summary>
    internal async Task<AmazonS3Client> ClientAsync() => new(
        new BasicAWSCredentials(AccessKey, SecretKey),
        new AmazonS3Config
        {
            ServiceURL = (await AddressAsync()).AbsoluteUri,
            ForcePathStyle = true,
            AuthenticationRegion = "us-east-1",
        });

    /// <summary>A store over the server, or over what stands before it.</summary>
    internal static S3BlobStore StoreOf(Uri address, S3Patience patience) =>
        StoreOf(address, patience, new BasicAWSCredentials(AccessKey, SecretKey), S3Copy.MostBytes);

    /// <summary>The same with other rights, and with copies in parts of what is longer than <paramref name="copyBytes"/>.</summary>
    internal static S3BlobStore StoreOf(Uri address, S3Patience patience, AWSCredentials credentials, long copyBytes) =>
        new(new S3Connection(credentials, address), patience, copyBytes, copyBytes);
}
