using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using BatchLLM.Blobs.Remote;
using BatchLLM.Rows;
using BlobInfo = BatchLLM.Rows.BlobInfo;

namespace BatchLLM.Blobs.Azure;

/// <summary>
/// Blobs in Azure storage accounts under <c>az:</c> URIs (<see cref="AzureUri"/>). A blob's version is its ETag, and a
/// reader whose blob changes fails by name.
/// </summary>
/// <param name="accounts">Where the rights come from.</param>
/// <param name="time">Clock of the waiting for copies.</param>
public sealed class AzureBlobStore(AzureAccounts accounts, TimeProvider time) : IBlobStore
{
    // Copies within an account mostly stand at once.
    private static readonly TimeSpan CopyPollInterval = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobInfo> ListAsync(
        string pattern, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var blob in await AzureListing.FindAsync(accounts, AzureUri.Parse(pattern), cancellationToken))
        {
            yield return blob;
        }
    }

    /// <inheritdoc/>
    public ValueTask<Stream> OpenReadAsync(string uri, CancellationToken cancellationToken)
    {
        var address = AzureUri.Parse(uri);
        return AzureRanges.OpenAsync(accounts.Blob(address), address, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<BlobDigest> WriteAsync(
        string uri, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        var address = AzureUri.Parse(uri);
        await using var stream = new BlockWriteStream(new AzureBlocks(accounts.Blob(address), address));
        await write(stream, cancellationToken);
        return await stream.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Copies within the service, then deletes the source: the service has no rename. The copy stands whole or not at all,
    /// and a process killed between the two repeats both.
    /// </summary>
    /// <inheritdoc/>
    public async Task MoveAsync(string from, string to, CancellationToken cancellationToken)
    {
        var (source, target) = (AzureUri.Parse(from), AzureUri.Parse(to));
        if (source.Account != target.Account)
        {
            throw new BatchLLMException($"Cannot move {source} to {target}: expected the same account.");
        }

        try
        {
            if (!await TryMoveAsync(accounts.Blob(source), accounts.Blob(target), cancellationToken)
                && await VersionAsync(accounts.Blob(target), cancellationToken) is null)
            {
                throw new BatchLLMException($"Cannot move {source} to {target}: it does not exist.")
                {
                    Blob = BlobFailure.At(BlobFault.Missing, source.Name),
                };
            }
        }
        catch (Exception e) when (AzureFailure.IsOutside(e, cancellationToken))
        {
            throw AzureFailure.Describe(e, $"move {source} to", target);
        }
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string uri, CancellationToken cancellationToken)
    {
        var address = AzureUri.Parse(uri);
        try
        {
            await accounts.Blob(address).DeleteIfExistsAsync(
                DeleteSnapshotsOption.IncludeSnapshots, null, cancellationToken);
        }
        catch (Exception e) when (AzureFailure.IsOutside(e, cancellationToken))
        {
            throw AzureFailure.Describe(e, "delete", address);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteVersionAsync(string uri, string version, CancellationToken cancellationToken)
    {
        var address = AzureUri.Parse(uri);
        var condition = new BlobRequestConditions { IfMatch = new ETag($"\"{version}\"") };
        try
        {
            return await accounts.Blob(address).DeleteIfExistsAsync(
                DeleteSnapshotsOption.IncludeSnapshots, condition, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            return false;
        }
        catch (Exception e) when (AzureFailure.IsOutside(e, cancellationToken))
        {
            throw AzureFailure.Describe(e, "delete", address);
        }
    }

    /// <summary>False if the source is not there, or not any more: another process may be moving it.</summary>
    private async Task<bool> TryMoveAsync(
        BlockBlobClient source, BlockBlobClient target, CancellationToken cancellationToken)
    {
        if (await VersionAsync(source, cancellationToken) is not { } version)
        {
            return false;
        }

        try
        {
            await MoveAsync(source, version, target, cancellationToken);
            return true;
        }
        catch (RequestFailedException)
        {
            if (await VersionAsync(source, cancellationToken) is null)
            {
                return false;
            }

            throw;
        }
    }

    private async Task MoveAsync(
        BlockBlobClient source, ETag version, BlockBlobClient target, CancellationToken cancellationToken)
    {
        var condition = new BlobRequestConditions { IfMatch = version };
        await target.StartCopyFromUriAsync(
            source.Uri, new BlobCopyFromUriOptions { SourceConditions = condition }, cancellationToken);
        await WaitForCopyAsync(target, cancellationToken);
        await source.DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, condition, cancellationToken);
    }

    // Not by the operation that starting it gives, which knows its own copy alone: where two move the same blob, the target
    // tells of whichever began last.
    private async Task WaitForCopyAsync(BlockBlobClient target, CancellationToken cancellationToken)
    {
        while ((await target.GetPropertiesAsync(null, cancellationToken)).Value.BlobCopyStatus is { } status && status != CopyStatus.Success)
        {
            if (status != CopyStatus.Pending)
            {
                throw new BatchLLMException(
                    $"The service gave up a copy to {target.Name} ({status}); the source stands. Run again.", isTransient: true);
            }

            await Task.Delay(CopyPollInterval, time, cancellationToken);
        }
    }

    private static async Task<ETag?> VersionAsync(BlockBlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            return (await blob.GetPropertiesAsync(null, cancellationToken)).Value.ETag;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }
}
