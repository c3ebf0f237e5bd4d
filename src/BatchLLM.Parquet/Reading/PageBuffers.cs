using System.Numerics;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// Arrays for pages, used again from page to page. They are one reader's own, so that what it holds is known and small: the
/// shared pool rounds up to powers of two and keeps arrays for every thread that returned one, which was three times as much
/// for pages of 50 MB. The next reader goes on with them: arrays as large are collected late, those of a reader for each
/// shard would add up, and a weak reference was cleared by the very collections that new arrays cause.
/// </summary>
/// <remarks>
/// Rooms for pieces have a limit of their own: arrays of two sizes that took each other's place were collected as late. What
/// a process holds between readers is one such set, of at most 110 MiB, or 220 after a reader that took as much; readers that
/// end side by side leave the last one's.
/// </remarks>
/// <param name="roomBytes">Bytes of a room.</param>
internal sealed class PageBuffers(int roomBytes = PagePieces.RoomBytes) : IDisposable
{
    /// <summary>
    /// Bytes that are held at most, unless the pages that are wanted next take more: some fifteen pages of the usual
    /// 1 MiB, stored and decompressed, or parts of what is stored of five large pages.
    /// </summary>
    private const long MostBytes = 20 << 20;

    /// <summary>Bytes that are held besides what was rented at once: else small pages push out what the next large one takes.</summary>
    private const long MostSpare = 14 << 20;

    /// <summary>
    /// Bytes that are left to the next reader, if so many were rented at once: a large dictionary and what was stored of it. Made
    /// anew by each reader, such arrays came to several hundred megabytes before they were collected.
    /// </summary>
    private const long MostKept = 128 << 20;

    /// <summary>
    /// Bytes of rooms that are held at most, unless each page that is wanted next takes its own: two thirds of a page of 100 MB, the
    /// largest of which DuckDB makes many, so that two threads are busy nearly all the time.
    /// </summary>
    private const long MostRoomBytes = 64 << 20;

    /// <summary>
    /// Bytes of rooms that are kept for the next reader: with those that pages take although there are too many. A few that
    /// were given up by each reader and made anew by the next came to a hundred megabytes before they were collected.
    /// </summary>
    private const long MostKeptRoomBytes = 76 << 20;

    /// <summary>Slices that are kept for the next reader.</summary>
    private const int MostSlices = 64;

    /// <summary>Pages of another codec find arrays that are too large rather than bring new ones.</summary>
    private const int MostWaste = 4;
    private const int LeastBytes = 1 << 12;

    /// <summary>Sizes between a power of two and the next: pages differ a little, and one array then serves them all.</summary>
    private const int SizesPerPower = 8;

    private static PageBuffers? _spare;

    private readonly Lock _lock = new();
    private readonly Stack<PieceRoom> _rooms = new();
    private readonly Stack<ByteSlice[]> _slices = new();
    private readonly List<byte[]> _free = [];
    private int _rentedRooms;
    private int _rentedSlices;
    private long _rentedBytes;
    private long _dictionaryBytes;
    private long _mostRented;
    private long _mostRentedBefore;
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
                return _rentedBytes == 0 && _rentedRooms == 0 && _rentedSlices == 0;
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
                return HeldBytes < MostRoomBytes;
            }
        }
    }

    /// <summary>True if so many more bytes may be held for what is wanted later.</summary>
    public bool HasRoomFor(long bytes)
    {
        lock (_lock)
        {
            return _rentedBytes - _dictionaryBytes + bytes <= MostBytes;
        }
    }

    /// <summary>Bytes of arrays, rented and free. A reader after one with large pages finds theirs, and the one after it no more.</summary>
    private long MostHeld => Math.Max(MostBytes, Math.Max(_mostRented, _mostRentedBefore)) + MostSpare;

    private long HeldBytes => ((long)_rentedRooms * roomBytes) + ((long)_rentedSlices * PagePieces.SlicesBytes);

    /// <summary>A room, with whoever fills it as its user.</summary>
    public PieceRoom RentRoom()
    {
        lock (_lock)
        {
            _rentedRooms++;
            var room = _rooms.TryPop(out var free) ? free : new PieceRoom(roomBytes);
            room.Users = 1;
            return room;
        }
    }

    /// <summary>Counts one more user of a room.</summary>
    public void Share(PieceRoom room)
    {
        lock (_lock)
        {
            room.Users++;
        }
    }

    /// <summary>Room for where the values of a piece stand.</summary>
    public ByteSlice[] RentSlices()
    {
        lock (_lock)
        {
            _rentedSlices++;
            return _slices.TryPop(out var free) ? free : new ByteSlice[PagePieces.MostValues];
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

    /// <summary>As <see cref="Rent"/>, for as long as a chunk is read: it does not count as what is held for later.</summary>
    public byte[] RentDictionary(int length)
    {
        lock (_lock)
        {
            var rented = Rent(length);
            _dictionaryBytes += rented.Length;
            return rented;
        }
    }

    /// <summary>Takes a dictionary's array back.</summary>
    public void ReturnDictionary(byte[] array)
    {
        lock (_lock)
        {
            _dictionaryBytes -= array.Length;
            Return(array);
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

    /// <summary>Takes slices back; none if there are none.</summary>
    public void Return(ByteSlice[] slices)
    {
        lock (_lock)
        {
            if (slices.Length > 0)
            {
                _rentedSlices--;
                _slices.Push(slices);
            }
        }
    }

    /// <summary>Takes a room back from one of its users.</summary>
    /// <returns>True if that was the last one.</returns>
    public bool Return(PieceRoom room)
    {
        lock (_lock)
        {
            if (--room.Users > 0)
            {
                return false;
            }

            _rentedRooms--;
            _rooms.Push(room);
            Array.ForEach(room.TakeRented(), Return);
            return true;
        }
    }

    private void Keep(byte[] array)
    {
        if (array.Length > 0 && _rentedBytes + _freeBytes + array.Length <= MostHeld)
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
        DropDownTo(MostHeld - _rentedBytes - size);
        return GC.AllocateUninitializedArray<byte>(size);
    }

    private void Trim()
    {
        lock (_lock)
        {
            (_mostRentedBefore, _mostRented) = (Math.Min(_mostRented, MostKept), 0);
            DropDownTo(MostHeld);
            while ((long)_rooms.Count * roomBytes > MostKeptRoomBytes)
            {
                _rooms.Pop();
            }

            while (_slices.Count > MostSlices)
            {
                _slices.Pop();
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
