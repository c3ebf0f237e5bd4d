using System.Globalization;
using System.Security.Cryptography;
using BatchLLM.Incremental;
using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Blobs;

/// <summary>The rows that a job's canary computed already. Without them they are computed again, with the same answers.</summary>
/// <param name="blobs">Where the output lives.</param>
/// <param name="readers">A reader per format.</param>
/// <param name="uri">The canary's file.</param>
/// <param name="digest">Gives the file's SHA-256 once the canary has run; null if there is none.</param>
public sealed class CanaryRows(
    IBlobStore blobs, Func<DataFormat, IRowReader> readers, string uri, Func<CancellationToken, Task<string?>> digest) : IKnownRows
{
    private static readonly HashSet<string> Columns =
        [.. KnownRow.Columns, CanaryRowWriter.File, CanaryRowWriter.Row, CanaryRowWriter.Hash, CanaryRowWriter.Reused];

    private readonly Lazy<Task<Dictionary<(string File, long Row), Row>>> _rows = new(() => ReadAsync(blobs, readers, uri, digest));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CompletedRow?>?> FindAsync(
        ShardLease lease, IReadOnlyList<WindowRow> rows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var known = await _rows.Value.WaitAsync(cancellationToken);
        return known.Count == 0 ? null : [.. rows.Select(row => EndOf(row, known))];
    }

    private static CompletedRow? EndOf(WindowRow input, Dictionary<(string File, long Row), Row> known) =>
        known.TryGetValue((input.Location.File, input.Location.RowNumber), out var row) && KnownRow.Of(row, input) is { } end
            ? end with { ContentHash = HashOf(row) }
            : null;

    private static UInt128 HashOf(Row row) => row.Columns.GetValueOrDefault(CanaryRowWriter.Hash) is { Kind: RowValueKind.Text } hash
        ? UInt128.Parse(hash.Text, NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : ContentHash.None;

    // For all shards, so that it ends with none of them.
    private static async Task<Dictionary<(string File, long Row), Row>> ReadAsync(
        IBlobStore blobs, Func<DataFormat, IRowReader> readers, string uri, Func<CancellationToken, Task<string?>> digest)
    {
        var rows = new Dictionary<(string File, long Row), Row>();
        if (await digest(CancellationToken.None) is not { } sha256 || await DigestAsync(blobs, uri) != sha256)
        {
            return rows;
        }

        var reader = readers(DataFormat.Jsonl);
        await foreach (var range in reader.SplitAsync(uri, int.MaxValue, CancellationToken.None))
        {
            await foreach (var row in reader.ReadAsync(uri, range, Columns, CancellationToken.None))
            {
                // What was taken over from an earlier run is taken over again, and counted as such.
                if (row.Columns.GetValueOrDefault(CanaryRowWriter.Reused) is not { Kind: RowValueKind.Boolean, Boolean: true })
                {
                    rows[(row.Columns[CanaryRowWriter.File].Text, row.Columns[CanaryRowWriter.Row].Integer)] = row;
                }
            }
        }

        return rows;
    }

    private static async Task<string?> DigestAsync(IBlobStore blobs, string uri)
    {
        await foreach (var blob in blobs.ListAsync(uri, CancellationToken.None))
        {
            await using var stream = await blobs.OpenReadAsync(blob.Uri, CancellationToken.None);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, CancellationToken.None));
        }

        return null;
    }
}
