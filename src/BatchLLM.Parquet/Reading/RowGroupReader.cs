
namespace BatchLLM.Parquet.Reading;

/// <summary>
/// Reads chosen columns of one row group side by side. A batch ends where the first of their pages ends, so that
/// every value is a slice of one page or dictionary and nothing is copied together.
/// </summary>
internal sealed class RowGroupReader(IReadOnlyList<ColumnChunkReader> columns, int maxBatchRows) : IDisposable
{
    /// <summary>Passes over rows in every column.</summary>
    public async ValueTask SkipAsync(long rows, CancellationToken cancellationToken)
    {
        foreach (var column in columns)
        {
            await column.SkipAsync(rows, cancellationToken);
        }
    }

    /// <summary>Has the pages that come next decompressed by other threads.</summary>
    public async ValueTask LoadAheadAsync(CancellationToken cancellationToken)
    {
        foreach (var column in columns)
        {
            await column.LoadAheadAsync(cancellationToken);
        }
    }

    /// <summary>Reads the next rows of every column into the values they were given.</summary>
    /// <param name="rowsLeft">Rows wanted in all; at least 1.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>Rows read; at least 1.</returns>
    public async ValueTask<int> ReadAsync(long rowsLeft, CancellationToken cancellationToken)
    {
        await LoadAheadAsync(cancellationToken);
        var rows = (int)Math.Min(rowsLeft, maxBatchRows);
        foreach (var column in columns)
        {
            await column.LoadPageAsync(cancellationToken);
            rows = column.Ready(Math.Min(rows, column.RowsInPage));
        }

        foreach (var column in columns)
        {
            column.Read(rows);
        }

        return rows;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var column in columns)
        {
            column.Dispose();
        }
    }
}
