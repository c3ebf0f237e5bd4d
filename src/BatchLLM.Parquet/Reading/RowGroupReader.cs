namespace BatchLLM.Parquet.Reading;

/// <summary>
/// Reads chosen columns of one row group side by side. A batch ends where the first of their pages ends, so that
/// every value is a slice of one page or dictionary and nothing is copied together. Nested fields follow: their values
/// are copied, because a row may go on in the next page.
/// </summary>
internal sealed class RowGroupReader(
    IReadOnlyList<ColumnChunkReader> columns, IReadOnlyList<NestedFieldReader> nested, int maxBatchRows)
    : IAsyncDisposable
{
    private readonly ColumnChunkReader[] _chunks = [.. columns, .. nested.SelectMany(field => field.Chunks)];

    /// <summary>As <see cref="ColumnChunkReader.IsFull"/>.</summary>
    public bool IsFull => Array.TrueForAll(_chunks, chunk => chunk.IsFull);

    /// <summary>Passes over rows in every column.</summary>
    public async ValueTask SkipAsync(long rows, CancellationToken cancellationToken)
    {
        foreach (var column in columns)
        {
            await column.SkipAsync(rows, cancellationToken);
        }

        foreach (var field in nested)
        {
            await field.SkipAsync(rows, cancellationToken);
        }
    }

    /// <summary>Has the pages that come next decompressed by other threads, as far as there is room for them.</summary>
    public async ValueTask LoadAheadAsync(CancellationToken cancellationToken)
    {
        Array.ForEach(_chunks, chunk => chunk.Continue());
        while (_chunks.Where(chunk => chunk.CanLoadAhead).MaxBy(chunk => chunk.ShareLeft) is { } chunk)
        {
            await chunk.LoadAheadAsync(cancellationToken);
        }
    }

    /// <summary>Reads the next rows of every column into the values they were given.</summary>
    /// <param name="rowsLeft">Rows wanted in all; at least 1.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>Rows read; at least 1.</returns>
    public async ValueTask<int> ReadAsync(long rowsLeft, CancellationToken cancellationToken)
    {
        var rows = (int)Math.Min(rowsLeft, maxBatchRows);
        foreach (var column in columns)
        {
            await column.LoadPageAsync(cancellationToken);
            rows = column.Ready(Math.Min(rows, column.RowsInPage));
        }

        foreach (var field in nested)
        {
            rows = await field.LoadAsync(rows, cancellationToken);
        }

        foreach (var column in columns)
        {
            column.Read(rows);
        }

        foreach (var field in nested)
        {
            field.Read(rows);
        }

        return rows;
    }

    /// <summary>As <see cref="ColumnChunkReader.VerifyAsync"/>, in every column.</summary>
    public async ValueTask VerifyAsync()
    {
        foreach (var column in columns)
        {
            await column.VerifyAsync();
        }

        foreach (var field in nested)
        {
            await field.VerifyAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var column in columns)
        {
            await column.DisposeAsync();
        }

        foreach (var field in nested)
        {
            await field.DisposeAsync();
        }
    }
}
