using System.Threading.Channels;
using BatchLLM.Parquet.Compression;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// The pieces of a large page, cut on another thread as long as there is room for them. Room is handed out by whoever reads
/// the rows, who alone knows what is wanted first; a page that is not fed waits without holding a thread.
/// </summary>
internal sealed class PagePieces : IAsyncDisposable
{
    /// <summary>Bytes after which a piece ends: some batches of rows, and small enough that the shared cache still holds what was cut.</summary>
    public const int PieceBytes = 1 << 20;

    /// <summary>Bytes of a room: what Zstandard goes back to has to stand in one, and a little.</summary>
    public const int RoomBytes = ZstdInPlace.MostReach + (2 * ZstdInPlace.BlockBytes);

    /// <summary>Rooms of a page whose rows are read, at most: it is emptied as it is filled, and needs no more to be always one piece ahead.</summary>
    public const int MostHeldOfCurrent = 4;

    /// <summary>Rooms of a page that is ahead, at most: nearly all that there are, because one column is often the largest.</summary>
    public const int MostHeldAhead = 24;

    /// <summary>Values of a piece at most: of very short ones, where they stand takes more than they do.</summary>
    public const int MostValues = 1 << 13;

    /// <summary>Bytes of their slices.</summary>
    public const int SlicesBytes = MostValues * 2 * sizeof(int);

    /// <summary>So much is always granted, or cutting and reading would wait for each other.</summary>
    private const int LeastHeld = 2;

    /// <summary>Enough for the time until rooms are handed out again; what waits here is missing elsewhere.</summary>
    private const int MostEmpty = 1;

    private readonly PageCutter _cutter;
    private readonly PageBuffers _buffers;
    private readonly Channel<PieceRoom> _rooms = Channel.CreateUnbounded<PieceRoom>();
    private readonly Channel<PagePiece> _pieces = Channel.CreateUnbounded<PagePiece>();
    private readonly Task _cutting;
    private PieceRoom? _filling;
    private PieceRoom? _former;
    private string? _fault;
    private string? _wrongSum;
    private int _held;
    private PagePiece? _current;

    /// <param name="cutter">Cuts the page; disposed with the pieces.</param>
    /// <param name="checkSum">
    /// Finds out whether what is stored is what was written, and reads what was not read of it: null, or a clause.
    /// </param>
    /// <param name="isHeld">True if all that is stored is in memory: then that is known before anything is made of it.</param>
    /// <param name="buffers">Where room comes from.</param>
    public PagePieces(PageCutter cutter, Func<ValueTask<string?>> checkSum, bool isHeld, PageBuffers buffers)
    {
        (_cutter, _buffers) = (cutter, buffers);
        _cutting = Task.Run(() => CutAsync(checkSum, isHeld));
    }

    /// <summary>True if no more of the page is to be decompressed before it is read.</summary>
    public bool IsFull => IsCut || _held >= MostHeldAhead;

    private bool IsCut => _cutting.IsCompleted;

    /// <summary>What stands before the values, once it is open.</summary>
    public byte[] Levels => _cutter.Levels ?? [];

    /// <summary>What is wrong with the page behind its last piece, once that was read, as a clause; null if nothing.</summary>
    public string? Fault => IsCut ? _fault : null;

    /// <summary>Hands out room as far as there is some, or takes back what is not needed.</summary>
    /// <param name="mostHeld">Rooms that the page may have.</param>
    public void Feed(int mostHeld)
    {
        if (IsCut)
        {
            TakeRoomsBack();
            return;
        }

        while (_rooms.Reader.Count < MostEmpty && _held < mostHeld && (_held < LeastHeld || _buffers.HasRoom))
        {
            _rooms.Writer.TryWrite(Rent());
        }
    }

    /// <summary>Waits for the first piece.</summary>
    /// <returns>Null, or what is wrong with the page, as a clause.</returns>
    public async ValueTask<string?> OpenAsync()
    {
        Feed(MostHeldOfCurrent);
        return await WaitAsync() ? null : _fault;
    }

    /// <summary>Waits for the next piece; the one before is not valid any more.</summary>
    /// <returns>Null at the page's end, and where it is broken: then <see cref="Fault"/> says how.</returns>
    public async ValueTask<PagePiece?> NextAsync()
    {
        GiveCurrentBack();
        Feed(MostHeldOfCurrent);
        _current = await WaitAsync() && _pieces.Reader.TryRead(out var piece) ? piece : null;
        return _current;
    }

    /// <summary>Cuts no more, and reads what was not read of what is stored, to check its sum.</summary>
    /// <returns>Null, or what is wrong with it, as a clause.</returns>
    public async ValueTask<string?> VerifyAsync()
    {
        TakeRoomsBack();
        _rooms.Writer.TryComplete();
        await _cutting;
        return _wrongSum;
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
            GiveBack(piece);
        }

        await _cutter.DisposeAsync();
    }

    private async Task CutAsync(Func<ValueTask<string?>> checkSum, bool isHeld)
    {
        try
        {
            _fault = _wrongSum = isHeld ? await checkSum() : null;
            while (_fault is null && !_cutter.IsDone && await HasRoomAsync())
            {
                var piece = await _cutter.NextAsync();
                _wrongSum = _cutter.IsDone ? await checkSum() : null;
                _fault = _wrongSum ?? _cutter.Fault;
                Publish(piece);
            }

            _wrongSum ??= await checkSum();
        }
        finally
        {
            Leave(ref _former);
            Leave(ref _filling);
            _pieces.Writer.Complete();
        }
    }

    /// <summary>Goes on in the same room, or in the next: what is always granted need not be handed out.</summary>
    /// <returns>False if no more is wanted.</returns>
    private async ValueTask<bool> HasRoomAsync()
    {
        while (_cutter.NeedsRoom)
        {
            _filling = _rooms.Reader.TryRead(out var granted) ? granted
                : Volatile.Read(ref _held) < LeastHeld ? Rent()
                : null;
            if (_filling is not null)
            {
                _cutter.TakeUp(_filling);
            }
            else if (!await _rooms.Reader.WaitToReadAsync())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Rows of a page are not given out to the last if it is not what was written.</summary>
    private void Publish(PagePiece piece)
    {
        var isGood = piece.Count > 0 && _wrongSum is null;
        if (isGood)
        {
            _buffers.Share(piece.Room);
        }
        else
        {
            _buffers.Return(piece.Slices);
        }

        // Before the piece can be read: whoever reads it then knows how many rooms are left to hand out.
        if (_cutter.NeedsRoom)
        {
            Leave(ref _former);
            (_former, _filling) = (_filling, null);
            if (!_cutter.GoesBack)
            {
                Leave(ref _former);
            }
        }

        if (isGood)
        {
            _pieces.Writer.TryWrite(piece);
        }
    }

    private PieceRoom Rent()
    {
        Interlocked.Increment(ref _held);
        return _buffers.RentRoom();
    }

    private void Leave(ref PieceRoom? room)
    {
        if (room is not null)
        {
            Return(room);
            room = null;
        }
    }

    private void Return(PieceRoom room)
    {
        if (_buffers.Return(room))
        {
            Interlocked.Decrement(ref _held);
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

    private void GiveBack(PagePiece piece)
    {
        _buffers.Return(piece.Slices);
        Return(piece.Room);
    }

    private void GiveCurrentBack()
    {
        if (_current is { } piece)
        {
            GiveBack(piece);
            _current = null;
        }
    }

    private void TakeRoomsBack()
    {
        while (_rooms.Reader.TryRead(out var room))
        {
            Return(room);
        }
    }
}
