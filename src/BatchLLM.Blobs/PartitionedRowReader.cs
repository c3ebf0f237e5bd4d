using System.Runtime.CompilerServices;
using BatchLLM.Rows;

namespace BatchLLM.Blobs;

/// <summary>
/// Adds the columns of a file's path to its rows. A column of the same name in the file is hidden, as Spark and DuckDB do:
/// who writes partitions leaves the column out or writes the same value.
/// </summary>
/// <param name="files">Reads the files themselves.</param>
internal sealed class PartitionedRowReader(IRowReader files) : IRowReader
{
    /// <inheritdoc/>
    public IAsyncEnumerable<RowRange> SplitAsync(string uri, int rowsPerRange, CancellationToken cancellationToken) =>
        files.SplitAsync(uri, rowsPerRange, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<Row> ReadAsync(
        string uri, RowRange range, IReadOnlySet<string>? columns, CancellationToken cancellationToken)
    {
        KeyValuePair<string, RowValue>[] wanted = [.. HivePartitions.Of(uri).Where(column => columns?.Contains(column.Key) != false)];
        return wanted.Length == 0
            ? files.ReadAsync(uri, range, columns, cancellationToken)
            : ReadAsync(uri, range, columns, wanted, cancellationToken);
    }

    private async IAsyncEnumerable<Row> ReadAsync(
        string uri,
        RowRange range,
        IReadOnlySet<string>? columns,
        KeyValuePair<string, RowValue>[] partitions,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var others = columns?.Except(partitions.Select(column => column.Key)).ToHashSet(StringComparer.Ordinal);
        await foreach (var row in files.ReadAsync(uri, range, others, cancellationToken))
        {
            yield return row.Error is null ? row with { Columns = Join(row.Columns, partitions) } : row;
        }
    }

    private static Dictionary<string, RowValue> Join(
        IReadOnlyDictionary<string, RowValue> columns, KeyValuePair<string, RowValue>[] partitions)
    {
        var joined = new Dictionary<string, RowValue>(columns, StringComparer.Ordinal);
        foreach (var (name, value) in partitions)
        {
            joined[name] = value;
        }

        return joined;
    }
}
