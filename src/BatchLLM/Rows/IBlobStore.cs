namespace BatchLLM.Rows;

/// <summary>Where inputs and outputs live. URIs are absolute; a store serves the schemes it knows.</summary>
public interface IBlobStore : IBlobSource
{
    /// <summary>
    /// The blobs matching a URI that may hold the globs <c>*</c>, <c>?</c> and <c>**</c> (any depth), sorted ordinally.
    /// As in a shell, a glob never matches a leading dot, and as in Spark no leading underscore. A URI without globs gives that blob, or nothing if it does not
    /// exist.
    /// </summary>
    IAsyncEnumerable<BlobInfo> ListAsync(string pattern, CancellationToken cancellationToken);

    /// <summary>
    /// Writes a blob. Nothing stands under <paramref name="uri"/> until <paramref name="write"/> has returned and the
    /// bytes are durable; a blob of that name is replaced whole.
    /// </summary>
    /// <exception cref="BatchLLMException">The place is not writable or out of room.</exception>
    Task<BlobDigest> WriteAsync(
        string uri, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken);

    /// <summary>Renames a blob, replacing the target. Does nothing if the source is gone and the target stands.</summary>
    /// <exception cref="BatchLLMException">Neither exists, or the place is not writable.</exception>
    Task MoveAsync(string from, string to, CancellationToken cancellationToken);

    /// <summary>Deletes a blob if it exists.</summary>
    Task DeleteAsync(string uri, CancellationToken cancellationToken);

    /// <summary>Deletes a blob if it is still the one that was seen.</summary>
    /// <param name="uri">The blob, without globs.</param>
    /// <param name="version">As <see cref="BlobInfo.Version"/> said it.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>False if another one stands there now, or a link to one, or none.</returns>
    Task<bool> DeleteVersionAsync(string uri, string version, CancellationToken cancellationToken);
}
