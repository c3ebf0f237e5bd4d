using System.IO.Hashing;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// What is stored of the values of one page, read from its first byte to its last: all of it in memory, or where that is
/// much, a part at a time, the next one while the one before is decompressed. Some writers make one page of a row group, so
/// that what is stored of a page has no limit that is worth the memory.
/// </summary>
/// <remarks>To wait for whole pages in memory outside the collected heap was rejected: a page ten times as large takes ten
/// times as much.</remarks>
internal sealed class StoredBytes : IAsyncDisposable
{
    /// <summary>What is stored of a page in more bytes is read in parts.</summary>
    public const int MostHeld = 4 << 20;

    /// <summary>Bytes of a part.</summary>
    public const int PartBytes = MostHeld / 2;

    /// <summary>Bytes that may be left of a part when the next one is needed, and stand in front of it then: a block and a little.</summary>
    private const int MostRest = 256 << 10;

    private readonly IParquetSource? _source;
    private readonly ByteRange _range;
    private readonly int _partBytes;
    private readonly PageBuffers _buffers;
    private readonly CancellationTokenSource _stop;
    private readonly Crc32 _sum = new();
    private byte[] _room = [];
    private int _at;
    private int _end;
    private long _position;
    private byte[] _next = [];
    private Task<int>? _reading;
    private long _summedEnd = long.MaxValue;

    /// <summary>All of them are in memory.</summary>
    /// <param name="room">Holds them; given back by this.</param>
    /// <param name="start">Where they begin in it.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="buffers">Where the room is given back.</param>
    public StoredBytes(byte[] room, int start, int count, PageBuffers buffers)
        : this(null, new ByteRange(0, count), PartBytes, buffers, CancellationToken.None) =>
        (_room, _at, _end, _position) = (room, start, start + count, count);

    /// <summary>They are read from a file, as they are needed.</summary>
    /// <param name="source">The file; must do with reads from several threads.</param>
    /// <param name="range">Where they stand in it.</param>
    /// <param name="partBytes">Bytes of a part; at least 1.</param>
    /// <param name="buffers">Where room comes from: for two parts, or for all of them if a codec needs that.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public StoredBytes(
        IParquetSource? source, ByteRange range, int partBytes, PageBuffers buffers, CancellationToken cancellationToken)
    {
        (_source, _range, _partBytes, _buffers, _position) = (source, range, partBytes, buffers, range.Start);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <summary>How many there are.</summary>
    public int Count => (int)_range.Length;

    /// <summary>Those that are in memory, from the first that was not passed over.</summary>
    public ReadOnlyMemory<byte> Unread => _room.AsMemory(_at, _end - _at);

    /// <summary>True if no more follow.</summary>
    public bool IsLast => _position == _range.End;

    /// <summary>Passes over bytes that are not needed again.</summary>
    /// <param name="count">At most those that are in memory.</param>
    public void Advance(int count) => _at += count;

    /// <summary>Takes the first of them from whoever read them before; nothing else was read yet.</summary>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        _room = _buffers.Rent(Math.Max(bytes.Length, Math.Min(_partBytes, Count) + MostRest));
        bytes.CopyTo(_room);
        _end = bytes.Length;
        _position += bytes.Length;
    }

    /// <summary>Begins to add up what is read; called before anything is passed over.</summary>
    /// <param name="before">What is stored before them.</param>
    public void BeginSum(ReadOnlySpan<byte> before)
    {
        _sum.Append(before);
        _sum.Append(Unread.Span);
        _summedEnd = _position;
    }

    /// <summary>Reads the next part, unless there is none, behind what is left of the one before.</summary>
    /// <returns>False if too much is left of it.</returns>
    public async ValueTask<bool> MoreAsync()
    {
        var rest = Unread;
        if (rest.Length > MostRest)
        {
            return false;
        }

        var count = await (_reading ?? ReadNextAsync());
        rest.CopyTo(_next.AsMemory(MostRest - rest.Length));
        (_room, _next) = (_next, _room);
        (_at, _end) = (MostRest - rest.Length, MostRest + count);
        AddToSum(_room.AsSpan(MostRest, count));
        _position += count;
        _reading = IsLast ? null : ReadNextAsync();
        return true;
    }

    /// <summary>Has so many of them in memory.</summary>
    /// <returns>False if there are not so many, or too many are left.</returns>
    public async ValueTask<bool> EnsureAsync(int count)
    {
        while (Unread.Length < count)
        {
            if (IsLast || !await MoreAsync())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The CRC-32 of them all; those that were not read yet are read for it, and all are passed over.</summary>
    public async ValueTask<uint> SumAsync()
    {
        while (!IsLast)
        {
            _at = _end;
            await MoreAsync();
        }

        return _sum.GetCurrentHashAsUInt32();
    }

    /// <summary>All of them, in memory.</summary>
    public async ValueTask<ArraySegment<byte>> ReadAllAsync()
    {
        if (_source is null)
        {
            return new ArraySegment<byte>(_room, _end - Count, Count);
        }

        await ReleaseAsync();
        _room = _buffers.Rent(Count);
        await _source.ReadExactlyAsync(_range.Start, _room.AsMemory(0, Count), _stop.Token);
        (_end, _position) = (Count, _range.Start);
        AddToSum(_room.AsSpan(0, Count));
        _position = _range.End;
        return new ArraySegment<byte>(_room, 0, Count);
    }

    /// <summary>Has a read that is under way end soon, with an exception.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>Gives the room back, once nobody reads into it; what is in memory is passed over.</summary>
    public async ValueTask ReleaseAsync()
    {
        if (_reading is not null)
        {
            // If it is wanted, it is read again, and fails again.
            await ((Task)_reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _reading = null;
        }

        _buffers.Return(_room);
        _buffers.Return(_next);
        (_room, _next, _at, _end) = ([], [], 0, 0);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ReleaseAsync();
        _stop.Dispose();
    }

    private async Task<int> ReadNextAsync()
    {
        var count = (int)Math.Min(_partBytes, _range.End - _position);
        if (_next.Length < MostRest + count)
        {
            _buffers.Return(_next);
            _next = [];
            _next = _buffers.Rent(MostRest + count);
        }

        await _source!.ReadExactlyAsync(_position, _next.AsMemory(MostRest, count), _stop.Token);
        return count;
    }

    /// <summary>While a part is in the processor's cache anyway; what is read again counts once.</summary>
    private void AddToSum(ReadOnlySpan<byte> read)
    {
        if (_position + read.Length > _summedEnd)
        {
            _sum.Append(read[(int)(_summedEnd - _position)..]);
            _summedEnd = _position + read.Length;
        }
    }
}
