using BatchLLM.Rows;

namespace BatchLLM.Jobs;

/// <summary>
/// What an earlier job left in the output directory, which may have more parts than this one. Only files that its own receipt
/// names are removed.
/// </summary>
/// <param name="blobs">Where the output lives.</param>
/// <param name="layout">Names of the new job's files.</param>
internal sealed class FormerOutput(IBlobStore blobs, OutputLayout layout)
{
    /// <summary>
    /// Removes it. The receipt goes first, so that a half-removed output never looks whole; but only to another name, since
    /// a process that died after it would else leave files that nobody knows.
    /// </summary>
    /// <param name="job">The new job, of which nothing is published yet.</param>
    /// <param name="cancellationToken">Stops; what is left is removed the next time.</param>
    public async Task RemoveAsync(Job job, CancellationToken cancellationToken)
    {
        await RemoveNamedAsync(cancellationToken);
        if (await ReceiptReader.ReadAsync(blobs, layout.Receipt, cancellationToken) is not { } found)
        {
            return;
        }

        if (!IsOf(found, job))
        {
            await blobs.MoveAsync(layout.Receipt, layout.FormerReceipt, cancellationToken);
            await RemoveNamedAsync(cancellationToken);
        }
        else if (found.Retries != job.Retries)
        {
            // Its own of before a retry: the files are replaced one by one, and who reads them meanwhile has to know.
            await blobs.DeleteAsync(layout.Receipt, cancellationToken);
        }
    }

    private async Task RemoveNamedAsync(CancellationToken cancellationToken)
    {
        if (await ReceiptReader.ReadAsync(blobs, layout.FormerReceipt, cancellationToken) is not { } former)
        {
            return;
        }

        var parts = former.Parts.Select(part => part.File).ToList();
        var names = parts.Concat(former.RowHashes ? parts.Select(OutputLayout.HashesName) : []).Append(former.Errors?.File).OfType<string>();
        foreach (var name in names.Where(name => !name.Contains('/', StringComparison.Ordinal)))
        {
            await blobs.DeleteAsync(layout.File(name), cancellationToken);
        }

        await blobs.DeleteAsync(layout.FormerReceipt, cancellationToken);
    }

    /// <summary>The number alone does not tell: another database counts from 1 again.</summary>
    private static bool IsOf(Receipt receipt, Job job) =>
        receipt.Job == job.Id && receipt.CreatedAt == job.CreatedAt && receipt.Key == job.Definition.Key;
}
