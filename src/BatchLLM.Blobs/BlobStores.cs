using BatchLLM.Blobs.Azure;
using BatchLLM.Blobs.S3;
using BatchLLM.Rows;

namespace BatchLLM.Blobs;

/// <summary>Serves every URI from the store of its scheme.</summary>
/// <param name="files">For <c>file:</c>.</param>
/// <param name="azure">For <c>az:</c>.</param>
/// <param name="s3">For <c>s3:</c>.</param>
public sealed class BlobStores(IBlobStore files, IBlobStore azure, IBlobStore s3) : IBlobStore
{
    /// <inheritdoc/>
    public IAsyncEnumerable<BlobInfo> ListAsync(string pattern, CancellationToken cancellationToken) =>
        Of(pattern).ListAsync(pattern, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Stream> OpenReadAsync(string uri, CancellationToken cancellationToken) =>
        Of(uri).OpenReadAsync(uri, cancellationToken);

    /// <inheritdoc/>
    public Task<BlobDigest> WriteAsync(
        string uri, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken) =>
        Of(uri).WriteAsync(uri, write, cancellationToken);

    /// <inheritdoc/>
    public Task MoveAsync(string from, string to, CancellationToken cancellationToken) =>
        Of(from).MoveAsync(from, to, cancellationToken);

    /// <inheritdoc/>
    public Task DeleteAsync(string uri, CancellationToken cancellationToken) => Of(uri).DeleteAsync(uri, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> DeleteVersionAsync(string uri, string version, CancellationToken cancellationToken) =>
        Of(uri).DeleteVersionAsync(uri, version, cancellationToken);

    private IBlobStore Of(string uri) => S3Uri.IsRemote(uri) ? s3 : AzureUri.IsRemote(uri) ? azure : files;
}
