using System.Numerics;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// Arrays for pages, used again from page to page. They are one reader's own, so that what it holds is known and small: the
/// shared pool rounds up to powers of two and keeps arrays for every thread that returned one, which was three times as much
/// for pages of 50 MB. The next reader goes on with them: arrays as large are collected late, those of a reader for each
/// shard would add up, and a weak reference was cleared by the very collections that new arrays cause.
/// </summary>
/// <remarks>
/// Rooms for pieces have a limit of their own: arrays of two sizes that took each other's place were collected as late. What
/// a process holds between readers is one such set, of at most 68 MiB; readers that end side by side leave the last one's.
/// </remarks>
internal sealed class PageBuffers : IDisposable
{
    /// <summary>
    /// Bytes that are held at most, unless the pages that are wanted next take more: parts of what is stored of four large
    /// pages, two columns of two row groups, and a little.
    /// </summary>
    private const long MostBytes = 18 << 20;

    /// <summary>Bytes that are held at most with those that are free, unless more were rented at once.</summary>
    private const long MostKept = 32 << 20;

    /// <summary>
    /// Rooms that are held at most, unless each piece that is wanted next takes its own: half of a page of 50 MB, so that the
    /// other half of it takes as long as half of the page behind it, and two threads are busy all the time.
    /// </summary>
    private const int MostRooms = 36;

    /// <summary>Pages of another codec find arrays that are too large rather than bring new ones.</summary>
    private const int MostWaste = 4;
    private const int LeastBytes = 1 << 12;

    /// <summary>Sizes between a power of two and the next: pages differ a little, and one array then serves them all.</summary>
    private const int SizesPerPower = 8;

    private static PageBuffers? _spare;

    private readonly Lock _lock = new();
    private readonly Stack<PieceRoom> _rooms = new();
    private readonly List<byte[]> _free = [];
    private int _rentedRooms;
    private long _rentedBytes;
    private long _mostRented = MostKept;
    private long _freeBytes;

    /// <summary>Those that the last reader left, or none yet.</summary>
    public static PageBuffers Take() => Interlocked.Exchange(ref _spare, null) ?? new PageBuffers();

    /// <summary>
    /// Leaves the arrays to the next reader. If some are still rented, because reading failed in a way that nobody expects,
    /// they are left to the collector: counted for ever, they would take the next readers' room.
    /// </summary>
    public void Dispose()
    {
        if (IsWhole)
        {
            Trim();
            Interlocked.Exchange(ref _spare, this);
        }
    }

    /// <summary>True if nothing is rented.</summary>
    public bool IsWhole
    {
        get
        {
            lock (_lock)
            {
                return _rentedBytes == 0 && _rentedRooms == 0;
            }
        }
    }

    /// <summary>True if one more room may be held for what is wanted later.</summary>
    public bool HasRoom
    {
        get
        {
            lock (_lock)
            {
                return _rentedRooms < MostRooms;
            }
        }
    }

    /// <summary>True if so many more bytes may be held for what is wanted later.</summary>
    public bool HasRoomFor(long bytes)
    {
        lock (_lock)
        {
            return _rentedBytes + bytes <= MostBytes;
        }
    }

    /// <summary>Room for a piece of <see cref="PagePieces.RoomBytes"/>.</summary>
    public PieceRoom RentRoom()
    {
        lock (_lock)
        {
            _rentedRooms++;
            return _rooms.TryPop(out var room) ? room : new PieceRoom(PagePieces.RoomBytes);
        }
    }

    /// <summary>An array of at least so many bytes, which hold anything.</summary>
    public byte[] Rent(int length)
    {
        if (length == 0)
        {
            return [];
        }

        lock (_lock)
        {
            var rented = TakeFree(length) ?? Allocate(length);
            _rentedBytes += rented.Length;
            _mostRented = Math.Max(_mostRented, _rentedBytes);
            return rented;
        }
    }

    /// <summary>Takes an array back.</summary>
    public void Return(byte[] array)
    {
        lock (_lock)
        {
            _rentedBytes -= array.Length;
            Keep(array);
        }
    }

    /// <summary>Takes room back.</summary>
    public void Return(PieceRoom room)
    {
        lock (_lock)
        {
            _rentedRooms--;
            room.Trim();
            _rooms.Push(room);
        }
    }

    /// <summary>Takes back all that a piece takes.</summary>
    public void Return(PagePiece piece)
    {
        if (piece.Bytes != piece.Room.Bytes)
        {
            Return(piece.Bytes);
        }

        Return(piece.Room);
    }

    private void Keep(byte[] array)
    {
        if (array.Length > 0 && _rentedBytes + _freeBytes + array.Length <= _mostRented)
        {
            _free.Add(array);
            _freeBytes += array.Length;
        }
    }

    private byte[]? TakeFree(int length)
    {
        var most = (long)MostWaste * Math.Max(length, LeastBytes);
        var fitting = _free.Where(array => array.Length >= length && array.Length <= most).MinBy(array => array.Length);
        if (fitting is not null)
        {
            _free.Remove(fitting);
            _freeBytes -= fitting.Length;
        }

        return fitting;
    }

    /// <summary>
    /// What is free goes where there is no room for both, the smallest first: new ones in its place are the least to collect.
    /// </summary>
    private byte[] Allocate(int length)
    {
        var size = RoundUp(length);
        DropDownTo(_mostRented - _rentedBytes - size);
        return GC.AllocateUninitializedArray<byte>(size);
    }

    private void Trim()
    {
        lock (_lock)
        {
            _mostRented = MostKept;
            DropDownTo(MostKept);
            while (_rooms.Count > MostRooms)
            {
                _rooms.Pop();
            }
        }
    }

    private void DropDownTo(long bytes)
    {
        while (_free.Count > 0 && _freeBytes > bytes)
        {
            var smallest = _free.MinBy(array => array.Length)!;
            _freeBytes -= smallest.Length;
            _free.Remove(smallest);
        }
    }

    private static int RoundUp(int length)
    {
        long step = Math.Max(LeastBytes, BitOperations.RoundUpToPowerOf2((uint)length) / (2 * SizesPerPower));
        return (int)Math.Min((length + step - 1) / step * step, Array.MaxLength);
    }
}
