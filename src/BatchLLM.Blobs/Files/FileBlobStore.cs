using BatchLLM.Rows;

namespace BatchLLM.Blobs.Files;

/// <summary>
/// Blobs as local files under <c>file:</c> URIs. A blob's version is its length and its time of last change.
/// </summary>
/// <remarks>
/// A write goes to a hidden file <c>.*.tmp</c> beside the blob and is renamed when it is durable, so no other process
/// ever sees half of it; a killed process leaves that file behind, to be deleted by whoever knows that no writer lives.
/// </remarks>
public sealed class FileBlobStore : IBlobStore
{
    private const int BufferBytes = 1 << 16;

    /// <inheritdoc/>
    public IAsyncEnumerable<BlobInfo> ListAsync(string pattern, CancellationToken cancellationToken) =>
        FileListing.Find(pattern, cancellationToken).ToAsyncEnumerable();

    /// <inheritdoc/>
    public ValueTask<Stream> OpenReadAsync(string uri, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<Stream>(FileReadStream.Open(FileUri.ToPath(uri)));
    }

    /// <inheritdoc/>
    public async Task<BlobDigest> WriteAsync(
        string uri, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        var path = FileUri.ToPath(uri);
        var directory = Path.GetDirectoryName(path) ?? "/";
        var temporary = Path.Combine(directory, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        try
        {
            DurableDirectory.Create(directory);
            var digest = await WriteDurablyAsync(temporary, path, write, cancellationToken);

            // Killed before this rename: a stray .tmp. Killed behind it: the blob stands, whole and durable.
            File.Move(temporary, path, overwrite: true);
            DurableDirectory.Sync(directory);
            return digest;
        }
        catch (Exception e)
        {
            DeleteStray(temporary);
            if (FileFailure.IsOutside(e))
            {
                throw FileFailure.Describe(e, "write", path);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public Task MoveAsync(string from, string to, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (source, target) = (FileUri.ToPath(from), FileUri.ToPath(to));
        if (!File.Exists(source) && File.Exists(target))
        {
            return Task.CompletedTask;
        }

        try
        {
            var directory = Path.GetDirectoryName(target) ?? "/";
            DurableDirectory.Create(directory);
            File.Move(source, target, overwrite: true);
            DurableDirectory.Sync(directory);
            if ((Path.GetDirectoryName(source) ?? "/") is var former && former != directory)
            {
                DurableDirectory.Sync(former);
            }

            return Task.CompletedTask;
        }
        catch (FileNotFoundException) when (File.Exists(target))
        {
            // Another process moved it since the source was looked for.
            return Task.CompletedTask;
        }
        catch (Exception e) when (FileFailure.IsOutside(e))
        {
            throw FileFailure.Describe(e, $"move {source} to", target);
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string uri, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = FileUri.ToPath(uri);
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing stands there, which is what was asked for.
        }
        catch (Exception e) when (FileFailure.IsOutside(e))
        {
            throw FileFailure.Describe(e, "delete", path);
        }

        return Task.CompletedTask;
    }

    /// <summary>
    /// Looks, then deletes: a file system does not offer both as one. A link is never deleted, whatever it leads to, as no job
    /// writes one.
    /// </summary>
    /// <inheritdoc/>
    public async Task<bool> DeleteVersionAsync(string uri, string version, CancellationToken cancellationToken)
    {
        var path = FileUri.ToPath(uri);
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.LinkTarget is not null || FileListing.Version(file) != version)
            {
                return false;
            }
        }
        catch (Exception e) when (FileFailure.IsOutside(e))
        {
            throw FileFailure.Describe(e, "delete", path);
        }

        await DeleteAsync(uri, cancellationToken);
        return true;
    }

    private static async Task<BlobDigest> WriteDurablyAsync(
        string temporary, string path, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(
            temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes, FileOptions.Asynchronous);
        await using var stream = new DigestStream(file, path);
        await write(stream, cancellationToken);
        await file.FlushAsync(cancellationToken);
        RandomAccess.FlushToDisk(file.SafeFileHandle);
        return stream.Digest;
    }

    // The reason for the failure is on its way up already; that its stray could not be deleted adds nothing to it.
    private static void DeleteStray(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (FileFailure.IsOutside(e))
        {
        }
    }
}
