using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using BatchLLM.Blobs.Remote;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.S3;

/// <summary>
/// Blobs as objects of S3, or of a service that speaks its protocol, under <c>s3:</c> URIs (<see cref="S3Uri"/>). A blob's
/// version is its ETag, and a reader whose blob changes fails by name.
/// </summary>
public sealed class S3BlobStore : IBlobStore
{
    private readonly S3Service _service;
    private readonly S3Copy _copy;

    /// <summary>Creates the store.</summary>
    /// <param name="connection">Where the service is, and what it is asked with.</param>
    public S3BlobStore(S3Connection connection)
        : this(connection, new S3Patience(), S3Copy.MostBytes, S3Copy.MostBytes)
    {
    }

    internal S3BlobStore(S3Connection connection, S3Patience patience, long wholeCopyBytes, long partCopyBytes)
    {
        _service = new S3Service(connection, patience, TimeProvider.System);
        _copy = new S3Copy(_service, wholeCopyBytes, partCopyBytes);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobInfo> ListAsync(
        string pattern, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var blob in await S3Listing.FindAsync(_service, S3Uri.Parse(pattern), cancellationToken))
        {
            yield return blob;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Stream> OpenReadAsync(string uri, CancellationToken cancellationToken)
    {
        var address = Object(uri);
        var found = await S3Head.FindAsync(_service, "read", address, cancellationToken)
            ?? throw S3Failure.Missing($"read {address}", address);
        return new RangedReadStream(new S3Ranges(_service, address, found.Version), found.Length);
    }

    /// <inheritdoc/>
    public async Task<BlobDigest> WriteAsync(
        string uri, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        var parts = new S3Parts(_service, Object(uri));
        try
        {
            await using var stream = new BlockWriteStream(parts);
            await write(stream, cancellationToken);
            return await stream.CommitAsync(cancellationToken);
        }
        catch
        {
            await parts.GiveUpAsync();
            throw;
        }
    }

    /// <summary>
    /// Copies within the service, then deletes the source: the service has no rename. The copy stands whole or not at all,
    /// and a process killed between the two repeats both.
    /// </summary>
    /// <inheritdoc/>
    public async Task MoveAsync(string from, string to, CancellationToken cancellationToken)
    {
        var (source, target) = (Object(from), Object(to));
        if (await FindAsync(source) is not { } found)
        {
            _ = await FindAsync(target)
                ?? throw S3Failure.Missing($"move {source} to {target}", source);
            return;
        }

        try
        {
            await _copy.CopyAsync(source, found, target, cancellationToken);
        }
        catch (BatchLLMException e) when (!e.IsTransient)
        {
            if (await FindAsync(source) is null && await FindAsync(target) is not null)
            {
                return; // Another process moved it since it was looked for.
            }

            throw;
        }

        await DeleteAsync(from, cancellationToken);

        Task<S3Head?> FindAsync(S3Address address) => S3Head.FindAsync(_service, $"move {source} to", address, cancellationToken);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string uri, CancellationToken cancellationToken)
    {
        var address = Object(uri);
        return _service.AskAsync(
            "delete",
            address,
            (client, clock) => client.DeleteObjectAsync(address.Bucket, address.Key, clock.Token),
            cancellationToken);
    }

    /// <summary>
    /// Looks first, as not every service that speaks the protocol heeds the condition of a deletion; one that does deletes
    /// nothing that came in between.
    /// </summary>
    /// <inheritdoc/>
    public async Task<bool> DeleteVersionAsync(string uri, string version, CancellationToken cancellationToken)
    {
        var address = Object(uri);
        return (await S3Head.FindAsync(_service, "delete", address, cancellationToken))?.Version.Trim('"') == version
            && await _service.AskAsync("delete", address, (client, clock) => DeleteAsync(client, address, version, clock.Token), cancellationToken);
    }

    private static async Task<bool> DeleteAsync(AmazonS3Client client, S3Address address, string version, CancellationToken cancellationToken)
    {
        var request = new DeleteObjectRequest { BucketName = address.Bucket, Key = address.Key, IfMatch = $"\"{version}\"" };
        try
        {
            await client.DeleteObjectAsync(request, cancellationToken);
            return true;
        }
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    private static S3Address Object(string uri) => S3Uri.Parse(uri) is { EscapedKey.Length: > 0 } address
        ? address
        : throw new BatchLLMException($"'{uri}' is a bucket; expected the address of an object in it.");
}
