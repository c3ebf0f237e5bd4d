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

    private readonly FormerOutput _former = new(blobs, layout);
    private readonly FormerErrors _formerErrors = new(blobs, layout);

    /// <summary>
    /// Publishes a job whose shards are all committed, or a cancelled one with the shards it has; leaves any other alone. Of
    /// several processes one does it, and the others wait.
    /// </summary>
    /// <returns>The job as it stands afterwards.</returns>
    /// <exception cref="BatchLLMException">A file cannot be written, or the numbers do not reconcile.</exception>
    public async Task<Job> PublishAsync(long jobId, CancellationToken cancellationToken)
    {
        var job = await FindAsync(jobId, cancellationToken);
        if (!IsReady(job) && job.ReceiptSha256 is null)
        {
            return job;
        }

        await using var hold = await store.LockPublishingAsync(jobId, cancellationToken);
        job = await FindAsync(jobId, cancellationToken);
        while (IsReady(job))
        {
            // Once more if the job was cancelled meanwhile: the receipt says how it ended.
            await PublishAsync(job, cancellationToken);
            job = await FindAsync(jobId, cancellationToken);
        }

        if (job.ReceiptSha256 is not null)
        {
            // A run that died right after finishing may have left its attempts, too.
            await RemoveLeftoversAsync(cancellationToken);
        }

        return job;
    }

    private async Task PublishAsync(Job job, CancellationToken cancellationToken)
    {
        using var span = PipelineTelemetry.Begin("job.publish", job.Id);
        reach(CrashWindow.AllCommitted);
        var shards = await store.ListCommittedAsync(job.Id, cancellationToken);
        await _formerErrors.SplitAsync(job, shards, cancellationToken);
        await _former.RemoveAsync(job, cancellationToken);
        await PublishPartsAsync(shards, cancellationToken);
        var errors = await PublishErrorsAsync(job, shards, cancellationToken);

        // If the process dies here, every part is in place; only the receipt is missing, so nobody trusts them yet.
        reach(CrashWindow.PartsPublished);
        var receipt = ReceiptBuilder.Serialize(ReceiptBuilder.Build(job, layout, shards, errors));
        var digest = await blobs.WriteAsync(
            layout.Receipt, (stream, token) => stream.WriteAsync(receipt, token).AsTask(), cancellationToken);

        // If the process dies here, the output is whole; the next run writes the same receipt again and finishes.
        reach(CrashWindow.ReceiptWritten);
        await store.FinishAsync(job.Id, job.State, digest.Sha256, cancellationToken);
    }

    /// <summary>A job that was cancelled before it was planned wrote nothing: what its output directory holds is another's.</summary>
    private static bool IsReady(Job job) => job.IsPlanned && job.ReceiptSha256 is null
        && (job.State == JobState.Cancelled
            || (job.State == JobState.Running && job.IsAllCommitted));

    private async Task<Job> FindAsync(long jobId, CancellationToken cancellationToken) =>
        await store.FindAsync(jobId, cancellationToken)
        ?? throw new BatchLLMException($"Job {jobId} is no longer in the database.");

    private async Task PublishPartsAsync(IReadOnlyList<CommittedShard> shards, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = MovesAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(shards, options, async (shard, token) =>
        {
            await blobs.MoveAsync(shard.Output.PartUri, layout.Part(shard.ShardIndex), token);
            if (layout.HasHashes)
            {
                await blobs.MoveAsync(layout.HashesOf(shard.Output.PartUri), layout.Hashes(shard.ShardIndex), token);
            }

            if (shard == shards[shards.Count / 2])
            {
                reach(CrashWindow.SomePartsPublished);
            }
        });
    }

    /// <summary>One error file from the shards' own, which stay until the receipt stands.</summary>
    private async Task<BlobDigest?> PublishErrorsAsync(
        Job job, IReadOnlyList<CommittedShard> shards, CancellationToken cancellationToken)
    {
        var parts = shards.Select(shard => shard.Output.ErrorsUri).OfType<string>().ToList();
        if (parts.Count > 0)
        {
            return await blobs.WriteAsync(
                layout.Errors, (stream, token) => ConcatenateAsync(parts, stream, token), cancellationToken);
        }

        if (job.Retries > 0)
        {
            await blobs.DeleteAsync(layout.Errors, cancellationToken); // of before: no row of it failed again
        }

        return null;
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
