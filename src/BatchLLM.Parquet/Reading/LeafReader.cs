using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// Reads whole rows of one nested column of one row group. Where a row ends is known once the next begins, so a little
/// more is held than was asked for.
/// </summary>
internal sealed class LeafReader : IDisposable
{
    /// <summary>Entries of one row at most; bounds the memory that a few hostile bytes can ask for.</summary>
    public const int MaxRowEntries = 1 << 22;

    /// <summary>Entries, and bytes of their values, beyond which a batch gets no more rows.</summary>
    private const int ManyEntries = 1 << 16;

    private const int ManyBytes = 8 << 20;

    private readonly ColumnChunkReader _chunk;
    private readonly PagePlace _place;
    private readonly int _step;
    private long _rowsLeft;

    /// <param name="source">The file.</param>
    /// <param name="location">The chunk, checked to lie in the file.</param>
    /// <param name="values">Receives what is read; the reader keeps writing into it.</param>
    /// <param name="rows">Rows of the row group.</param>
    /// <param name="step">Entries to decode at once.</param>
    public LeafReader(IParquetSource source, ChunkLocation location, ColumnValues values, long rows, int step)
    {
        (_place, _rowsLeft, _step) = (location.Place, rows, step);
        _chunk = new ColumnChunkReader(source, location, ColumnValues.ForRows(location.Column.Type, step));
        Entries = new LeafEntries(location.Column, values, location.Place);
    }

    /// <summary>What is held, and the rows given out last.</summary>
    public LeafEntries Entries { get; }

    private int CompleteRows => _chunk.RowsLeft == 0 ? Entries.Rows : Math.Max(0, Entries.Rows - 1);

    private bool HasEnough => CompleteRows > 0 && (Entries.Count >= ManyEntries || Entries.CopiedBytes >= ManyBytes);

    /// <summary>Forgets the rows given out, and reads until more are there.</summary>
    /// <param name="rows">Rows wanted; at least 1, and no more than the row group has left.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>Rows that can be given out; at least 1, fewer than wanted where they are large.</returns>
    /// <exception cref="ParquetException">The chunk is damaged, or a row is larger than what is read here.</exception>
    public async ValueTask<int> LoadAsync(int rows, CancellationToken cancellationToken)
    {
        Entries.DropGiven();
        while (CompleteRows < rows && _chunk.RowsLeft > 0 && !HasEnough)
        {
            if (CompleteRows == 0 && Entries.Count > MaxRowEntries)
            {
                throw _place.Unsupported(
                    FormattableString.Invariant($"more than {MaxRowEntries} values in one row"));
            }

            await _chunk.LoadPageAsync(cancellationToken);
            _chunk.Read(Entries, _chunk.Ready(Math.Min(_step, _chunk.RowsInPage)));
        }

        return CompleteRows > 0
            ? Math.Min(rows, CompleteRows)
            : throw _place.Damaged($"the chunk's levels end {_rowsLeft} rows too early");
    }

    /// <summary>Gives out the next rows.</summary>
    /// <param name="rows">At most what <see cref="LoadAsync"/> said.</param>
    public void Give(int rows)
    {
        Entries.Give(rows);
        _rowsLeft -= rows;
        if (_rowsLeft == 0 && (_chunk.RowsLeft > 0 || Entries.Rows > rows))
        {
            throw _place.Damaged($"the chunk's levels go on after the row group's last row");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _chunk.Dispose();
}
