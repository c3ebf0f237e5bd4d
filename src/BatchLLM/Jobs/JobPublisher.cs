using BatchLLM.Rows;

namespace BatchLLM.Jobs;

/// <summary>
/// Committed shards to final files and receipt. Every step can be repeated, so a crash anywhere here costs nothing but the
/// repetition; uncommitted attempts are garbage and are removed last.
/// </summary>
/// <param name="store">Durable state.</param>
/// <param name="blobs">Where the output lives.</param>
/// <param name="layout">Names of the files.</param>
/// <param name="reach">Called at each crash window.</param>
public sealed class JobPublisher(IJobStore store, IBlobStore blobs, OutputLayout layout, Action<CrashWindow> reach)
{
    // A move waits for the device, or for a server; of ten thousand parts, one after the other, that is most of a minute.
    private const int MovesAtOnce = 16;

    /// <summary>
    /// Publishes a job whose shards are all committed, or a cancelled one with the shards it has; leaves any other alone.
    /// </summary>
    /// <returns>The job as it stands afterwards.</returns>
    /// <exception cref="BatchLLMException">A file cannot be written, or the numbers do not reconcile.</exception>
    public async Task<Job> PublishAsync(long jobId, CancellationToken cancellationToken)
    {
        var job = await FindAsync(jobId, cancellationToken);
        if (job.ReceiptSha256 is not null)
        {
            // A run that died right after finishing may have left its attempts.
            await RemoveLeftoversAsync(cancellationToken);
        }

        if (!IsReady(job))
        {
            return job;
        }

        try
        {
            await PublishAsync(job, cancellationToken);
        }
        catch (BatchLLMException)
        {
            // Another process may have published the job meanwhile, and tidied away what this one was about to use.
            var now = await FindAsync(jobId, cancellationToken);
            if (now.ReceiptSha256 is null)
            {
                throw;
            }

            return now;
        }

        return await FindAsync(jobId, cancellationToken);
    }

    private async Task PublishAsync(Job job, CancellationToken cancellationToken)
    {
        reach(CrashWindow.AllCommitted);
        await RemoveFormerOutputAsync(job, cancellationToken);
        var shards = await store.ListCommittedAsync(job.Id, cancellationToken);
        await PublishPartsAsync(shards, cancellationToken);
        var errors = await PublishErrorsAsync(shards, cancellationToken);

        // If the process dies here, every part is in place; only the receipt is missing, so nobody trusts them yet.
        reach(CrashWindow.PartsPublished);
        var receipt = ReceiptBuilder.Serialize(ReceiptBuilder.Build(job, layout, shards, errors));
        var digest = await blobs.WriteAsync(
            layout.Receipt, (stream, token) => stream.WriteAsync(receipt, token).AsTask(), cancellationToken);

        // If the process dies here, the output is whole; the next run writes the same receipt again and finishes.
        reach(CrashWindow.ReceiptWritten);
        await store.FinishAsync(job.Id, digest.Sha256, cancellationToken);
        await RemoveLeftoversAsync(cancellationToken);
    }

    /// <summary>A job that was cancelled before it was planned wrote nothing: what its output directory holds is another's.</summary>
    private static bool IsReady(Job job) => job.IsPlanned && job.ReceiptSha256 is null
        && (job.State == JobState.Cancelled
            || (job.State == JobState.Running && job.CommittedShards == job.ShardCount));

    private async Task<Job> FindAsync(long jobId, CancellationToken cancellationToken) =>
        await store.FindAsync(jobId, cancellationToken)
        ?? throw new BatchLLMException($"Job {jobId} is no longer in the database.");

    /// <summary>
    /// An earlier run may have left more parts here than this one has. Only files that its own receipt names are removed,
    /// the receipt first, so that a half-removed output never looks whole.
    /// </summary>
    private async Task RemoveFormerOutputAsync(Job job, CancellationToken cancellationToken)
    {
        if (await ReceiptReader.ReadAsync(blobs, layout.Receipt, cancellationToken) is not { } former || IsOf(former, job))
        {
            return;
        }

        await blobs.DeleteAsync(layout.Receipt, cancellationToken);
        var names = former.Parts.Select(part => part.File).Append(former.Errors?.File).OfType<string>();
        foreach (var name in names.Where(name => !name.Contains('/', StringComparison.Ordinal)))
        {
            await blobs.DeleteAsync($"{layout.OutputUri.TrimEnd('/')}/{name}", cancellationToken);
        }
    }

    /// <summary>The number alone does not tell: another database counts from 1 again.</summary>
    private static bool IsOf(Receipt receipt, Job job) =>
        receipt.Job == job.Id && receipt.CreatedAt == job.CreatedAt && receipt.Key == job.Definition.Key;

    private async Task PublishPartsAsync(IReadOnlyList<CommittedShard> shards, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = MovesAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(shards, options, async (shard, token) =>
        {
            await blobs.MoveAsync(shard.Output.PartUri, layout.Part(shard.ShardIndex), token);
            if (shard == shards[shards.Count / 2])
            {
                reach(CrashWindow.SomePartsPublished);
            }
        });
    }

    /// <summary>One error file from the shards' own, which stay until the receipt stands.</summary>
    private async Task<BlobDigest?> PublishErrorsAsync(
        IReadOnlyList<CommittedShard> shards, CancellationToken cancellationToken)
    {
        var parts = shards.Select(shard => shard.Output.ErrorsUri).OfType<string>().ToList();
        return parts.Count == 0
            ? null
            : await blobs.WriteAsync(
                layout.Errors, (stream, token) => ConcatenateAsync(parts, stream, token), cancellationToken);
    }

    private async Task ConcatenateAsync(List<string> parts, Stream target, CancellationToken cancellationToken)
    {
        foreach (var part in parts)
        {
            await using var source = await blobs.OpenReadAsync(part, cancellationToken);
            await source.CopyToAsync(target, cancellationToken);
        }
    }

    private async Task RemoveLeftoversAsync(CancellationToken cancellationToken)
    {
        foreach (var pattern in layout.LeftoverPatterns)
        {
            await foreach (var blob in blobs.ListAsync(pattern, cancellationToken))
            {
                await blobs.DeleteAsync(blob.Uri, cancellationToken);
            }
        }
    }
}
