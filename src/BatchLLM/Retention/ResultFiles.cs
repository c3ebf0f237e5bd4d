using System.Collections.Concurrent;
using System.Security.Cryptography;
using BatchLLM.Incremental;
using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Retention;

/// <summary>
/// The files that a job published. Only what its receipt names is removed, and of that only what still is what the job wrote: each
/// file is read to its end and deleted in the version that was read. Length alone would not do, as who corrects a word in place
/// may keep it.
/// </summary>
/// <param name="blobs">Where they live.</param>
/// <param name="layout">Their names.</param>
/// <param name="receiptSha256">Digest of the receipt. Another receipt is another job's, or nobody's.</param>
/// <param name="reach">Called at each crash window.</param>
public sealed class ResultFiles(IBlobStore blobs, OutputLayout layout, string receiptSha256, Action<CrashWindow> reach)
{
    private const int FilesAtOnce = 16;

    /// <summary>Looks whether the place can be reached at all.</summary>
    /// <exception cref="BatchLLMException">It cannot.</exception>
    public Task ReachAsync(CancellationToken cancellationToken) => FindAsync(layout.Receipt, cancellationToken);

    /// <summary>
    /// Removes them; it may be ended at any moment and begun again. The receipt is renamed first, so that a half-removed output
    /// never looks whole, and goes last, because it alone says what is left to remove. Who publishes there anew goes on from it.
    /// </summary>
    /// <param name="remember">Given what it came to before the receipt goes: afterwards nobody could find out any more.</param>
    /// <param name="cancellationToken">Stops; what is left is removed the next time.</param>
    /// <exception cref="BatchLLMException">The store fails; likewise.</exception>
    public async Task<RemovedResults> RemoveAsync(Func<RemovedResults, Task> remember, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(remember);
        if (await ReceiptReader.ReadAsync(blobs, layout.Receipt, receiptSha256, cancellationToken) is not null)
        {
            await blobs.MoveAsync(layout.Receipt, layout.FormerReceipt, cancellationToken);
        }

        if (await ReceiptReader.ReadAsync(blobs, layout.FormerReceipt, receiptSha256, cancellationToken) is not { } receipt)
        {
            return new RemovedResults(0, [], WasThere: false);
        }

        var (files, left) = await RemoveAsync(receipt, cancellationToken);
        var removed = new RemovedResults(files + 1, left, WasThere: true);
        await remember(removed);
        await blobs.DeleteAsync(layout.FormerReceipt, cancellationToken);
        return removed;
    }

    private async Task<(int Removed, IReadOnlyList<string> Left)> RemoveAsync(Receipt receipt, CancellationToken cancellationToken)
    {
        var files = PublishedFile.Of(receipt).ToList();
        var (removed, left) = (0, new ConcurrentBag<string>());
        var options = new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(files, options, async (file, token) =>
        {
            switch (await RemoveAsync(file, token))
            {
                case true:
                    Interlocked.Increment(ref removed);
                    break;
                case false:
                    left.Add(file.Name);
                    break;
            }

            if (file == files[files.Count / 2])
            {
                reach(CrashWindow.ResultsHalfRemoved);
            }
        });
        return (removed, [.. left.Order(StringComparer.Ordinal)]);
    }

    /// <summary>True if it went, false if it stays, null if it was gone.</summary>
    private async Task<bool?> RemoveAsync(PublishedFile file, CancellationToken cancellationToken)
    {
        var uri = layout.File(file.Name);
        if (await FindAsync(uri, cancellationToken) is not { } blob)
        {
            return null;
        }

        var isRemoved = await IsAsWrittenAsync(file, blob, cancellationToken)
            && await blobs.DeleteVersionAsync(blob.Uri, blob.Version, cancellationToken);

        // Not deleted may also be: deleted just now, by another server or by an attempt whose answer was lost.
        return isRemoved || await FindAsync(uri, cancellationToken) is null;
    }

    // Of hashes the receipt has no digest; they say themselves whose they are.
    private async Task<bool> IsAsWrittenAsync(PublishedFile file, BlobInfo blob, CancellationToken cancellationToken) => file.HashesOf is { } part
        ? await RowHashes.ReadAsync(blobs, blob.Uri, part.Sha256, part.Rows, cancellationToken) is not null
        : blob.Length == file.Bytes && await DigestAsync(blob.Uri, cancellationToken) == file.Sha256;

    private async Task<BlobInfo?> FindAsync(string uri, CancellationToken cancellationToken) =>
        await blobs.ListAsync(uri, cancellationToken).FirstOrDefaultAsync(cancellationToken);

    private async Task<string> DigestAsync(string uri, CancellationToken cancellationToken)
    {
        await using var stream = await blobs.OpenReadAsync(uri, cancellationToken);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }
}
