namespace BatchLLM.Parquet.Reading;

/// <summary>
/// What is stored of the values of one page, read from its first byte to its last: all of it in memory, or where that is
/// much, as much as the room holds, the rest of it read by whoever decompresses it. Some writers make one page of a row
/// group, so that what is stored of a page has no limit that is worth the memory.
/// </summary>
/// <remarks>To wait for whole pages in memory outside the collected heap was rejected: a page ten times as large takes ten
/// times as much.</remarks>
internal sealed class StoredBytes : IDisposable
{
    /// <summary>What is held of a page that is stored in more: as much as a remote file is asked for at once.</summary>
    public const int PartBytes = 4 << 20;

    private readonly IParquetSource? _source;
    private readonly ByteRange _range;
    private readonly PageBuffers _buffers;
    private readonly CancellationTokenSource _stop;
    private byte[] _room;
    private int _at;
    private int _end;
    private long _position;

    /// <summary>All of them are in memory.</summary>
    /// <param name="room">Holds them; given back by this.</param>
    /// <param name="start">Where they begin in it.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="buffers">Where the room is given back.</param>
    public StoredBytes(byte[] room, int start, int count, PageBuffers buffers)
        : this(null, new ByteRange(0, count), room, buffers, CancellationToken.None) =>
        (_at, _end, _position) = (start, start + count, count);

    /// <summary>They are read from a file, as they are needed.</summary>
    /// <param name="source">The file; must do with reads from several threads.</param>
    /// <param name="range">Where they stand in it.</param>
    /// <param name="room">Room for some of them, at least 1 byte; given back by this.</param>
    /// <param name="buffers">Where the room is given back, and room for all of them comes from if a codec needs that.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public StoredBytes(
        IParquetSource? source, ByteRange range, byte[] room, PageBuffers buffers, CancellationToken cancellationToken)
    {
        (_source, _range, _room, _buffers, _position) = (source, range, room, buffers, range.Start);
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

    /// <summary>Takes the first of them from whoever read them before.</summary>
    /// <param name="bytes">No more than there is room for.</param>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_room.AsSpan(_end));
        _end += bytes.Length;
        _position += bytes.Length;
    }

    /// <summary>Reads on behind those that are in memory, as far as there is room.</summary>
    /// <returns>False if there is none.</returns>
    public async ValueTask<bool> MoreAsync()
    {
        var rest = _end - _at;
        _room.AsSpan(_at, rest).CopyTo(_room);
        (_at, _end) = (0, rest);
        var count = (int)Math.Min(_room.Length - rest, _range.End - _position);
        await ReadAsync(_room.AsMemory(rest, count));
        _end += count;
        return count > 0;
    }

    /// <summary>The CRC-32 of them all, which stay unread: those that do not fit in the room are read twice.</summary>
    /// <param name="before">The sum of what is stored before them.</param>
    public async ValueTask<uint> SumAsync(uint before)
    {
        if (IsLast)
        {
            return Crc32.Of(Unread.Span, before);
        }

        for (_position = _range.Start; !IsLast;)
        {
            (_at, _end) = (0, 0);
            await MoreAsync();
            before = Crc32.Of(Unread.Span, before);
        }

        if (_end < Count)
        {
            (_at, _end, _position) = (0, 0, _range.Start);
        }

        return before;
    }

    /// <summary>All of them, in memory.</summary>
    public async ValueTask<ArraySegment<byte>> ReadAllAsync()
    {
        if (_source is not null && _room.Length < Count)
        {
            Release();
            _room = _buffers.Rent(Count);
        }

        if (_source is not null)
        {
            (_at, _end, _position) = (0, Count, _range.Start);
            await ReadAsync(_room.AsMemory(0, Count));
        }

        return new ArraySegment<byte>(_room, _end - Count, Count);
    }

    /// <summary>Has a read that is under way end soon, with an exception.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>Gives the room back; nothing is read any more.</summary>
    public void Release()
    {
        _buffers.Return(_room);
        (_room, _at, _end) = ([], 0, 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        _stop.Dispose();
    }

    private async ValueTask ReadAsync(Memory<byte> target)
    {
        if (target.Length > 0)
        {
            await _source!.ReadExactlyAsync(_position, target, _stop.Token);
            _position += target.Length;
        }
    }
}
