using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace BatchLLM.Blobs.S3;

/// <summary>What the service says of an object without its bytes.</summary>
/// <param name="Length">Size in bytes.</param>
/// <param name="Version">Its ETag, in quotes as the service gives it.</param>
internal sealed record S3Head(long Length, string Version)
{
    /// <summary>Looks at an object; null if there is none.</summary>
    /// <exception cref="BatchLLMException">The bucket is missing, or the service refuses.</exception>
    public static Task<S3Head?> FindAsync(
        S3Service service, string verb, S3Address address, CancellationToken cancellationToken) =>
        service.AskAsync(verb, address, (client, clock) => FindAsync(client, address, clock.Token), cancellationToken);

    private static async Task<S3Head?> FindAsync(
        AmazonS3Client client, S3Address address, CancellationToken cancellationToken)
    {
        try
        {
            var found = await client.GetObjectMetadataAsync(address.Bucket, address.Key, cancellationToken);
            return new S3Head(found.ContentLength, found.ETag);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            // An answer to HEAD has no body that could say whether the object or the whole bucket is missing; a list has.
            await client.ListObjectsV2Async(
                new ListObjectsV2Request { BucketName = address.Bucket, Prefix = address.Key, MaxKeys = 1 }, cancellationToken);
            return null;
        }
    }
}
