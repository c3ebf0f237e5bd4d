namespace BatchLLM.Parquet.Reading;

/// <content>Reads pages ahead of the rows that are wanted.</content>
internal sealed partial class ColumnChunkReader
{
    /// <summary>
    /// Pages that are ahead at most: for as long as whoever reads the rows may wait for a processor, some milliseconds, others find
    /// something to decompress.
    /// </summary>
    private const int MostAhead = 16;

    /// <summary>
    /// True if all pages are read or ahead, and no room is wanted for those that are ahead. Until then what the next row group would
    /// hold is missing here: pages that are wanted at once then waited behind some that are wanted much later.
    /// </summary>
    public bool IsFull => !HasMore && IsAheadFull;

    /// <summary>Share of the chunk that is neither read nor ahead, of 1: the column that has most left is wanted first.</summary>
    public double ShareLeft => (double)_rowsAhead / Math.Max(1, _entryCount);

    /// <summary>True if one more page is wanted ahead, and there is room for it as far as that is known.</summary>
    public bool CanLoadAhead => HasMore && IsAheadFull && _ahead.Count < MostAhead
        && (_next is not { } next || _pages.HasRoomFor(PageBody.BytesAhead(next, Column)));

    private bool IsAheadFull => _ahead.All(body => body.IsFull);

    private bool HasMore => _isBounded && (_next is not null || (_rowsAhead > 0 && _buffer.ExpectedRemaining > 0));

    /// <summary>Has the pages that are ahead decompressed further, as far as there is room, those that are wanted first before others.</summary>
    public void Continue()
    {
        _body?.Continue(PagePieces.MostHeldOfCurrent);
        foreach (var body in _ahead)
        {
            body.Continue(PagePieces.MostHeldAhead);
            if (!body.IsFull)
            {
                return; // what the pages behind it would take is room that it will want
            }
        }
    }

    /// <summary>
    /// Reads a page that will be wanted and has it decompressed by another thread, if there is room. Where the end of what is
    /// wanted is not known there is nothing ahead.
    /// </summary>
    public async ValueTask LoadAheadAsync(CancellationToken cancellationToken)
    {
        _next = await ReadHeaderAsync(cancellationToken);
        if (CanLoadAhead)
        {
            var header = await ReadHeaderAsync(cancellationToken);
            _ahead.Enqueue(await LoadAsync(header, cancellationToken));
        }

        // What is found from here on is found in the page that is read.
        _place.Page = _body?.Number ?? _place.Page;
    }
}
