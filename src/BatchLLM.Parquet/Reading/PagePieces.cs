using System.Threading.Channels;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// The pieces of a large page, cut on another thread as long as there is room for them. Room is handed out by whoever reads
/// the rows, who alone knows what is wanted first; a page that is not fed waits without holding a thread.
/// </summary>
internal sealed class PagePieces : IAsyncDisposable
{
    /// <summary>Bytes of a piece: some batches of rows, and small enough that the shared cache still holds what was cut.</summary>
    public const int RoomBytes = 1 << 20;

    /// <summary>So much is always granted, or cutting and reading would wait for each other.</summary>
    private const int LeastHeld = 2;

    /// <summary>Pieces of a page that wait to be read, at most: nearly all that there are, because one column is often the largest.</summary>
    private const int MostHeldOfAny = 30;

    /// <summary>Enough for the time until rooms are handed out again.</summary>
    private const int MostEmpty = 4;

    private readonly PageCutter _cutter;
    private readonly PageBuffers _buffers;
    private readonly Channel<PieceRoom> _rooms = Channel.CreateUnbounded<PieceRoom>();
    private readonly Channel<PagePiece> _pieces = Channel.CreateUnbounded<PagePiece>();
    private readonly Task _cutting;
    private readonly int _mostHeld;
    private string? _fault;
    private int _held;
    private PagePiece? _current;

    /// <param name="cutter">Cuts the page; disposed with the pieces.</param>
    /// <param name="length">Bytes of the page.</param>
    /// <param name="check">Finds what is wrong with the page before anything is made of it: null, or a clause.</param>
    /// <param name="buffers">Where room comes from.</param>
    public PagePieces(PageCutter cutter, int length, Func<ValueTask<string?>> check, PageBuffers buffers)
    {
        (_cutter, _buffers) = (cutter, buffers);
        _mostHeld = Math.Clamp(1 + (length / 2 / RoomBytes), MostEmpty, MostHeldOfAny);
        _cutting = Task.Run(() => CutAsync(check));
    }

    /// <summary>
    /// True if no more of the page is to be decompressed before it is read: half of it is. Where all row groups have such a
    /// page, the other half takes as long as half of the next one; more of it would take the room of other columns.
    /// </summary>
    public bool IsFull => IsCut || _held >= _mostHeld;

    private bool IsCut => _cutting.IsCompleted;

    /// <summary>What stands before the values, once it is open.</summary>
    public byte[] Levels => _cutter.Levels ?? [];

    /// <summary>What is wrong with the page behind its last piece, once that was read, as a clause; null if nothing.</summary>
    public string? Fault => IsCut ? _fault : null;

    /// <summary>Hands out room as far as there is some, or takes back what is not needed.</summary>
    public void Feed()
    {
        if (IsCut)
        {
            TakeRoomsBack();
            return;
        }

        while (_rooms.Reader.Count < MostEmpty && _held < _mostHeld
            && (_held < LeastHeld || _buffers.HasRoom))
        {
            _rooms.Writer.TryWrite(_buffers.RentRoom());
            _held++;
        }
    }

    /// <summary>Waits for the first piece.</summary>
    /// <returns>Null, or what is wrong with the page, as a clause.</returns>
    public async ValueTask<string?> OpenAsync()
    {
        Feed();
        return await WaitAsync() ? null : _fault;
    }

    /// <summary>Waits for the next piece; the one before is not valid any more.</summary>
    /// <returns>Null at the page's end, and where it is broken: then <see cref="Fault"/> says how.</returns>
    public async ValueTask<PagePiece?> NextAsync()
    {
        GiveCurrentBack();
        Feed();
        _current = await WaitAsync() && _pieces.Reader.TryRead(out var piece) ? piece : null;
        return _current;
    }

    /// <summary>Stops cutting, and gives all room back.</summary>
    public async ValueTask DisposeAsync()
    {
        TakeRoomsBack();
        _rooms.Writer.TryComplete();
        _cutter.Stop();

        // Whoever wanted the rows was told of a failure where the rows end.
        await _cutting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        TakeRoomsBack();
        GiveCurrentBack();
        while (_pieces.Reader.TryRead(out var piece))
        {
            _buffers.Return(piece);
        }

        _cutter.Dispose();
    }

    private async Task CutAsync(Func<ValueTask<string?>> check)
    {
        try
        {
            _fault = await check();
            while (_fault is null && !_cutter.IsDone && await _rooms.Reader.WaitToReadAsync())
            {
                if (_rooms.Reader.TryRead(out var room))
                {
                    Publish(await CutAsync(room));
                    _fault = _cutter.Fault;
                }
            }
        }
        finally
        {
            _pieces.Writer.Complete();
        }
    }

    private async ValueTask<PagePiece> CutAsync(PieceRoom room)
    {
        try
        {
            return await _cutter.NextAsync(room);
        }
        catch
        {
            _buffers.Return(room);
            throw;
        }
    }

    private void Publish(PagePiece piece)
    {
        if (piece.Count > 0)
        {
            _pieces.Writer.TryWrite(piece);
        }
        else
        {
            _buffers.Return(piece);
        }
    }

    private async ValueTask<bool> WaitAsync()
    {
        if (await _pieces.Reader.WaitToReadAsync())
        {
            return true;
        }

        await _cutting;
        return false;
    }

    private void GiveCurrentBack()
    {
        if (_current is { } piece)
        {
            _buffers.Return(piece);
            _current = null;
            _held--;
        }
    }

    private void TakeRoomsBack()
    {
        while (_rooms.Reader.TryRead(out var room))
        {
            _buffers.Return(room);
            _held--;
        }
    }
}
