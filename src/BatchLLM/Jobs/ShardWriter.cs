using BatchLLM.Incremental;
using BatchLLM.Rows;

namespace BatchLLM.Jobs;

/// <summary>Completions to shard output: one part per shard, and the failed rows beside it.</summary>
/// <param name="blobs">Where the output lives.</param>
/// <param name="layout">Names of the files.</param>
/// <param name="openPart">A writer of the job's output format over a stream.</param>
/// <param name="openErrors">A writer of failed rows over a stream.</param>
/// <param name="reach">Called at each crash window.</param>
public sealed class ShardWriter(
    IBlobStore blobs,
    OutputLayout layout,
    Func<Stream, IRowWriter> openPart,
    Func<Stream, IRowWriter> openErrors,
    Action<CrashWindow> reach)
{
    internal async Task<ShardOutput> WriteAsync(WindowShard shard, CancellationToken cancellationToken)
    {
        var partUri = layout.PartAttempt(shard.Lease);
        var part = await WriteAsync(partUri, openPart, shard.Results, cancellationToken);
        if (layout.HasHashes)
        {
            await RowHashes.WriteAsync(blobs, layout.HashesOf(partUri), part, shard.Results, cancellationToken);
        }

        if (shard.Counts.Failed == 0)
        {
            return new ShardOutput(shard.Counts, partUri, part, null, null);
        }

        var failed = shard.Results.Where(row => row.Error is not null).ToList();
        var errorsUri = layout.ErrorsAttempt(shard.Lease);
        var errors = await WriteAsync(errorsUri, openErrors, failed, cancellationToken);
        return new ShardOutput(shard.Counts, partUri, part, errorsUri, errors)
        {
            ErrorCounts = failed.CountBy(row => row.Error!.Code).ToDictionary(item => item.Key, item => (long)item.Value),
        };
    }

    private Task<BlobDigest> WriteAsync(
        string uri, Func<Stream, IRowWriter> open, IReadOnlyList<CompletedRow> rows, CancellationToken cancellationToken) =>
        blobs.WriteAsync(uri, (stream, token) => WriteRowsAsync(stream, open, rows, token), cancellationToken);

    private async Task WriteRowsAsync(
        Stream stream, Func<Stream, IRowWriter> open, IReadOnlyList<CompletedRow> rows, CancellationToken cancellationToken)
    {
        await using var writer = open(stream);
        for (var i = 0; i < rows.Count; i++)
        {
            if (i == rows.Count / 2)
            {
                reach(CrashWindow.PartHalfWritten);
            }

            await writer.WriteAsync(rows[i], cancellationToken);
        }

        await writer.CompleteAsync(cancellationToken);
    }
}
