using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using BatchLLM.Blobs.Remote;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.S3;

/// <summary>Finds the objects that match a pattern.</summary>
internal static class S3Listing
{
    /// <summary>All matches, sorted ordinally by URI.</summary>
    /// <exception cref="BatchLLMException">The bucket is missing, or the service refuses.</exception>
    public static Task<List<BlobInfo>> FindAsync(
        S3Service service, S3Address pattern, CancellationToken cancellationToken) =>
        GlobPattern.HasGlob(pattern.EscapedKey)
            ? ListAsync(service, pattern, cancellationToken)
            : LookAsync(service, pattern, cancellationToken);

    private static async Task<List<BlobInfo>> LookAsync(
        S3Service service, S3Address address, CancellationToken cancellationToken) =>
        address.Key.Length > 0
        && await S3Head.FindAsync(service, "list", address, cancellationToken) is { } found
        && !IsFolder(address.Key, found.Length)
            ? [Info(address, address.Key, found.Length, found.Version)]
            : [];

    private static async Task<List<BlobInfo>> ListAsync(
        S3Service service, S3Address pattern, CancellationToken cancellationToken)
    {
        var names = NamePattern.Parse(pattern.EscapedKey, pattern.ToString());
        var found = new List<BlobInfo>();
        string? next = null;
        do
        {
            var page = await PageAsync(service, pattern, names.Prefix, next, cancellationToken);
            found.AddRange(
                from item in page.S3Objects ?? []
                let key = Key(page, item)
                let length = item.Size ?? 0
                where !IsFolder(key, length) && names.IsMatch(key)
                select Info(pattern, key, length, item.ETag));
            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);

        found.Sort((a, b) => string.CompareOrdinal(a.Uri, b.Uri));
        return found;
    }

    private static Task<ListObjectsV2Response> PageAsync(
        S3Service service, S3Address pattern, string prefix, string? next, CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request
        {
            BucketName = pattern.Bucket,
            Prefix = prefix,
            ContinuationToken = next,
            Encoding = EncodingType.Url, // a key may hold characters that XML cannot
        };
        return service.AskAsync(
            "list", pattern, (client, clock) => client.ListObjectsV2Async(request, clock.Token), cancellationToken);
    }

    // S3 writes a space as a plus sign; other services as %20. A plus sign itself is %2B with both.
    private static string Key(ListObjectsV2Response page, S3Object item) =>
        page.Encoding == EncodingType.Url ? WebUtility.UrlDecode(item.Key) : item.Key;

    // Tools that show folders keep an empty object in place of each.
    private static bool IsFolder(string key, long length) => length == 0 && key.EndsWith('/');

    private static BlobInfo Info(S3Address place, string key, long length, string version) =>
        new(place.WithKey(key).ToString(), length, version.Trim('"'));
}
