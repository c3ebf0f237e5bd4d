using BatchLLM.Rows;

namespace BatchLLM.IntegrationTests.Pipeline;

/// <summary>A store that lets a test act before a part is written, or a blob deleted.</summary>
/// <param name="blobs">The store itself.</param>
/// <param name="beforePart">Given the number of the shard.</param>
/// <param name="beforeDelete">Given the blob's address.</param>
internal sealed class WatchedBlobs(IBlobStore blobs, Func<int, Task> beforePart, Action<string>? beforeDelete = null) : IBlobStore
{
    private const string PartMark = "part-";

    public IAsyncEnumerable<BlobInfo> ListAsync(string pattern, CancellationToken cancellationToken) =>
        blobs.ListAsync(pattern, cancellationToken);

    public ValueTask<Stream> OpenReadAsync(string uri, CancellationToken cancellationToken) =>
        blobs.OpenReadAsync(uri, cancellationToken);

    public async Task<BlobDigest> WriteAsync(
        string uri, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        if (uri.IndexOf(PartMark, StringComparison.Ordinal) is >= 0 and var mark)
        {
            await beforePart(int.Parse(uri.AsSpan(mark + PartMark.Length, 6), System.Globalization.CultureInfo.InvariantCulture));
        }

        return await blobs.WriteAsync(uri, write, cancellationToken);
    }

    public Task MoveAsync(string from, string to, CancellationToken cancellationToken) => blobs.MoveAsync(from, to, cancellationToken);

    public Task DeleteAsync(string uri, CancellationToken cancellationToken)
    {
        beforeDelete?.Invoke(uri);
        return blobs.DeleteAsync(uri, cancellationToken);
    }

    public Task<bool> DeleteVersionAsync(string uri, string version, CancellationToken cancellationToken) =>
        blobs.DeleteVersionAsync(uri, version, cancellationToken);
}
