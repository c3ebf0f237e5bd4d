using BatchLLM.Rows;

namespace BatchLLM.Jobs;

/// <summary>
/// The failed rows of shards that a retry left alone: they stand in the published file of all, which is about to be replaced, and
/// in no file of their own any more.
/// </summary>
/// <param name="blobs">Where the output lives.</param>
/// <param name="layout">Names of the job's files.</param>
internal sealed class FormerErrors(IBlobStore blobs, OutputLayout layout)
{
    /// <summary>
    /// Gives each shard a file of its own again. What has one is left alone: once all have, the published file may be replaced,
    /// and a process that dies after that needs nothing of the old one.
    /// </summary>
    /// <exception cref="BatchLLMException">The published file is not the one that the job wrote.</exception>
    public async Task SplitAsync(Job job, IReadOnlyList<CommittedShard> shards, CancellationToken cancellationToken)
    {
        // In a first run all have one.
        foreach (var shard in job.Retries > 0 ? shards : [])
        {
            if (shard.Output is { ErrorsUri: { } uri, Errors: { } errors } && !await ExistsAsync(uri, cancellationToken))
            {
                var copy = await blobs.WriteAsync(uri, (target, token) => CopyAsync(shard.ErrorsOffset, errors.Length, target, token), cancellationToken);
                await CheckAsync(uri, copy == errors, cancellationToken);
            }
        }
    }

    private async Task<bool> ExistsAsync(string uri, CancellationToken cancellationToken)
    {
        await foreach (var _ in blobs.ListAsync(uri, cancellationToken))
        {
            return true;
        }

        return false;
    }

    private async Task CopyAsync(long offset, long length, Stream target, CancellationToken cancellationToken)
    {
        await using var source = await blobs.OpenReadAsync(layout.Errors, cancellationToken);
        source.Position = offset;
        var buffer = new byte[1 << 16];
        for (int read; length > 0; length -= read)
        {
            read = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, length)), cancellationToken);
            if (read == 0)
            {
                return; // shorter than it was; the digest tells
            }

            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    private async Task CheckAsync(string uri, bool isSame, CancellationToken cancellationToken)
    {
        if (!isSame)
        {
            await blobs.DeleteAsync(uri, cancellationToken);
            throw new BatchLLMException(
                $"{layout.Errors} is not what the job wrote any more, and its retry takes the failed rows from there that it did not compute. " +
                "Restore the file and resume, or cancel the job and run it anew.");
        }
    }
}
