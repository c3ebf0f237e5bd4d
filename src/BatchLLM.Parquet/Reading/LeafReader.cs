using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// Reads whole rows of one nested column of one row group. Where a row ends is known once the next begins, so a little
/// more is held than was asked for.
/// </summary>
internal sealed class LeafReader : IAsyncDisposable
{
    /// <summary>Entries of one row at most; bounds the memory that a few hostile bytes can ask for.</summary>
    public const int MaxRowEntries = 1 << 22;

    /// <summary>Entries, and bytes of their values, beyond which a batch gets no more rows.</summary>
    private const int ManyEntries = 1 << 16;

    private const int ManyBytes = 8 << 20;

    private readonly PagePlace _place;
    private readonly int _step;
    private long _rowsLeft;

    /// <param name="source">The file.</param>
    /// <param name="pages">Room for pages.</param>
    /// <param name="work">Opens them.</param>
    /// <param name="plan">What is read of it; its values receive what is read, and the reader keeps writing into them.</param>
    /// <param name="step">Entries to decode at once.</param>
    public LeafReader(IParquetSource source, PageBuffers pages, PageWork work, LeafPlan plan, int step)
    {
        (_place, _rowsLeft, _step) = (plan.Chunk.Place, plan.GroupRows, step);
        var column = plan.Chunk.Column;
        Chunk = new ColumnChunkReader(
            source, plan.Chunk, pages, work, ColumnValues.ForRows(column.Type, step), plan.IsWhole, plan.Span);
        Entries = new LeafEntries(column, plan.Values, _place);
    }

    /// <summary>What is held, and the rows given out last.</summary>
    public LeafEntries Entries { get; }

    /// <summary>What it is read from.</summary>
    public ColumnChunkReader Chunk { get; }

    private int CompleteRows => Chunk.IsAtEnd ? Entries.Rows : Math.Max(0, Entries.Rows - 1);

    private bool HasEnough => CompleteRows > 0 && (Entries.Count >= ManyEntries || Entries.CopiedBytes >= ManyBytes);

    /// <summary>Passes over rows: whole pages by the offset index, others decoded to find where rows end.</summary>
    public async ValueTask SkipAsync(long rows, CancellationToken cancellationToken)
    {
        var passed = await Chunk.SeekAsync(cancellationToken);
        _rowsLeft -= passed;
        for (var left = rows - passed; left > 0;)
        {
            var next = await LoadAsync((int)Math.Min(left, _step), cancellationToken);
            Give(next);
            left -= next;
        }
    }

    /// <summary>Forgets the rows given out, and reads until more are there.</summary>
    /// <param name="rows">Rows wanted; at least 1, and no more than the row group has left.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>Rows that can be given out; at least 1, fewer than wanted where they are large.</returns>
    /// <exception cref="ParquetException">The chunk is damaged, or a row is larger than what is read here.</exception>
    public async ValueTask<int> LoadAsync(int rows, CancellationToken cancellationToken)
    {
        Entries.DropGiven();
        while (CompleteRows < rows && !Chunk.IsAtEnd && !HasEnough)
        {
            if (CompleteRows == 0 && Entries.Count > MaxRowEntries)
            {
                throw _place.Unsupported(
                    FormattableString.Invariant($"more than {MaxRowEntries} values in one row"));
            }

            await Chunk.LoadPageAsync(cancellationToken);
            Chunk.Read(Entries, Chunk.Ready(Math.Min(_step, Chunk.RowsInPage)));
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
        if (_rowsLeft == 0 && (!Chunk.IsAtEnd || Entries.Rows > rows))
        {
            throw _place.Damaged($"the chunk's levels go on after the row group's last row");
        }
    }

    /// <summary>As <see cref="ColumnChunkReader.VerifyAsync"/>.</summary>
    public ValueTask VerifyAsync() => Chunk.VerifyAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Chunk.DisposeAsync();
        Entries.Dispose();
    }
}
