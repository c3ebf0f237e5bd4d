namespace BatchLLM.Rows;

/// <summary>Reads rows of one format. Stateless: one reader serves any number of files and ranges at once.</summary>
public interface IRowReader
{
    /// <summary>
    /// Cuts a file into ranges of at most <paramref name="rowsPerRange"/> rows, in file order, covering every row once.
    /// Reads no more than it must. An empty file gives no range.
    /// </summary>
    /// <exception cref="BatchLLMException">The file is missing or not of this format.</exception>
    IAsyncEnumerable<RowRange> SplitAsync(string uri, int rowsPerRange, CancellationToken cancellationToken);

    /// <summary>
    /// Reads exactly the rows of <paramref name="range"/>, in order. A bad record is a row with an error.
    /// </summary>
    /// <param name="uri">The file.</param>
    /// <param name="range">A range that <see cref="SplitAsync"/> gave for the same, unchanged file.</param>
    /// <param name="columns">The columns to read, others may be left out; null for all.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="BatchLLMException">The file is damaged beyond one row, or has changed.</exception>
    IAsyncEnumerable<Row> ReadAsync(
        string uri, RowRange range, IReadOnlySet<string>? columns, CancellationToken cancellationToken);
}
