using BatchLLM.Blobs.S3;
using BatchLLM.IntegrationTests.Blobs.Remote;

namespace BatchLLM.IntegrationTests.Blobs.S3;

/// <summary>A bucket of a test's own, with an object that things happen to.</summary>
internal static class FaultBucket
{
    public static async Task<FaultyBlob> CreateAsync(SwiftServer server) => new(
        await server.AddressAsync(),
        $"s3://{await server.CreateBucketAsync()}/a.bin",
        (address, silence) => SwiftServer.StoreOf(address, Patience(silence)));

    public static S3Patience Patience(TimeSpan silence) => new()
    {
        Retries = FaultyBlob.Retries,
        FirstDelay = TimeSpan.FromMilliseconds(10),
        LongestSilence = silence,
    };
}
