namespace BatchLLM.Parquet.Reading;

/// <summary>
/// Arrays for pages, used again from page to page. They are one reader's own, so that what it holds is known and small: the
/// shared pool rounds up to powers of two and keeps arrays for every thread that returned one, which was three times as much
/// for pages of 50 MB. The next reader goes on with them: arrays as large are collected late, those of a reader for each
/// shard would add up, and a weak reference was cleared by the very collections that new arrays cause. Not safe for use by
/// several threads.
/// </summary>
internal sealed class PageBuffers : IDisposable
{
    /// <summary>
    /// Bytes that are held at most, unless the pages that are wanted next take more. Two row groups of some writers' single
    /// pages, of 50 MB and more, fit, so that both can be decompressed at once.
    /// </summary>
    private const long MostBytes = 144 << 20;

    /// <summary>Bytes that are held at most with those that are free: more than is rented at once, or nothing fits.</summary>
    private const long MostKept = 192 << 20;

    private const int MostWaste = 2;
    private const int Slack = 64;

    private static PageBuffers? _spare;

    private readonly List<byte[]> _free = [];
    private long _rentedBytes;
    private long _freeBytes;

    /// <summary>Those that the last reader left, or none yet.</summary>
    public static PageBuffers Take() => Interlocked.Exchange(ref _spare, null) ?? new PageBuffers();

    /// <summary>Leaves the arrays to the next reader; nothing may be rented.</summary>
    public void Dispose() => Interlocked.Exchange(ref _spare, this);

    /// <summary>True if so many more bytes may be held for what is wanted later.</summary>
    public bool HasRoomFor(long bytes) => _rentedBytes + bytes <= MostBytes;

    /// <summary>An array of at least so many bytes, which hold anything.</summary>
    public byte[] Rent(int length)
    {
        var fitting = _free.Where(array => array.Length >= length && array.Length / MostWaste <= length);
        var rented = fitting.MinBy(array => array.Length);
        if (rented is null)
        {
            rented = Allocate(length);
        }
        else
        {
            _free.Remove(rented);
            _freeBytes -= rented.Length;
        }

        _rentedBytes += rented.Length;
        return rented;
    }

    /// <summary>Takes an array back.</summary>
    public void Return(byte[] array)
    {
        Drop(array);
        if (array.Length > 0 && _rentedBytes + _freeBytes + array.Length <= MostKept)
        {
            _free.Add(array);
            _freeBytes += array.Length;
        }
    }

    /// <summary>Counts an array as given back that is not to be used again.</summary>
    public void Drop(byte[] array) => _rentedBytes -= array.Length;

    /// <summary>
    /// Pages differ a little in size: a little more serves the next one too. What is free goes where it was a little too
    /// small, and all of it where there is no room for both.
    /// </summary>
    private byte[] Allocate(int length)
    {
        var isFull = _rentedBytes + _freeBytes + length > MostKept;
        _free.RemoveAll(array => isFull || (array.Length < length && array.Length > length / 2));
        _freeBytes = _free.Sum(array => (long)array.Length);
        return GC.AllocateUninitializedArray<byte>((int)Math.Min(length + ((long)length / Slack) + 1, Array.MaxLength));
    }
}
