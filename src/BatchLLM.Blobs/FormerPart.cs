using System.Security.Cryptography;
using BatchLLM.Incremental;
using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Blobs;

/// <summary>What a retry leaves as it is: the rows of a shard's published part that did not fail, or not with the retried error.</summary>
/// <param name="blobs">Where the output lives.</param>
/// <param name="readers">A reader per format.</param>
/// <param name="layout">Names of the job's files.</param>
/// <param name="error">The code of the only error whose rows are computed again; null for all.</param>
public sealed class FormerPart(IBlobStore blobs, Func<DataFormat, IRowReader> readers, OutputLayout layout, string? error) : IKnownRows
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<CompletedRow?>?> FindAsync(
        ShardLease lease, IReadOnlyList<WindowRow> rows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(rows);
        if (lease.Former is not { } former)
        {
            return null;
        }

        var uri = layout.Part(lease.ShardIndex);
        await CheckAsync(uri, former.Part, cancellationToken);
        var hashes = await HashesAsync(lease.ShardIndex, former.Part, rows.Count, cancellationToken);
        var known = new CompletedRow?[rows.Count];
        var range = new RowRange(1, rows.Count, ByteOffset: 0, FirstLine: 1);
        await foreach (var row in readers(layout.Format).ReadAsync(uri, range, KnownRow.Columns, cancellationToken))
        {
            var index = (int)(row.Location.RowNumber - 1);
            var end = KnownRow.Of(row, rows[index]) ?? throw NotWritten(uri);
            known[index] = IsRetried(end) ? null : end with { ContentHash = hashes?[index] ?? ContentHash.None };
        }

        return known;
    }

    private bool IsRetried(CompletedRow row) => row.Error is { Code: var code } && (error is null || code == error);

    private async Task CheckAsync(string uri, BlobDigest part, CancellationToken cancellationToken)
    {
        await using var stream = await blobs.OpenReadAsync(uri, cancellationToken);
        if (stream.Length != part.Length
            || Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)) != part.Sha256)
        {
            throw NotWritten(uri);
        }
    }

    private async Task<UInt128[]?> HashesAsync(int shard, BlobDigest part, int rows, CancellationToken cancellationToken) => layout.HasHashes
        ? await RowHashes.ReadAsync(blobs, layout.Hashes(shard), part.Sha256, rows, cancellationToken)
        : null;

    private static BatchLLMException NotWritten(string uri) => new(
        $"{uri} is not what the job wrote any more, and its retry takes the rows from there that it does not compute. " +
        "Restore the file and resume, or cancel the job and run it anew.");
}
