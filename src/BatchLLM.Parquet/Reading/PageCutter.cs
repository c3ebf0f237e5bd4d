using System.Buffers.Binary;
using BatchLLM.Parquet.Compression;
using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// Decompresses a large page a part at a time, and cuts it between values: in the PLAIN encoding, or of byte arrays where the
/// lengths stand before all values, which are then held as they are packed. Pieces follow each other in a room until it is
/// full; what is left of a value there, and what the codec wants to see again, is kept and stands in front of the next one.
/// </summary>
/// <param name="codec">The codec of the values.</param>
/// <param name="source">What is stored of them, and of levels that are compressed with them; disposed with this.</param>
/// <param name="length">Bytes that it gives.</param>
/// <param name="levelKinds">How many kinds of levels stand before the values, each with its length: 0 to 2.</param>
/// <param name="buffers">Where arrays come from for slices, and for a value that takes more than a room.</param>
/// <param name="openLengths">Reads the lengths where they stand before all values; null where each stands before its own.</param>
/// <param name="valueBytes">Bytes of every value where none has a length; 0 where each has.</param>
internal sealed partial class PageCutter(
    PageCodec codec,
    StoredBytes source,
    int length,
    int levelKinds,
    PageBuffers buffers,
    Func<byte[], PageLengths>? openLengths = null,
    int valueBytes = 0) : IAsyncDisposable
{
    /// <summary>Small enough to stay in a processor's own cache, beside what it is made from and the codec's tables.</summary>
    public const int PartBytes = 128 << 10;

    private readonly Decompression _decompression = codec.Begin(source, length);
    private PageLengths? _lengths;
    private byte[] _kept = [];
    private int _keptCount;
    private int _rest;
    private int _given;
    private int _position;
    private int _valuesStart;
    private PieceRoom? _room;
    private byte[] _bytes = [];
    private ByteSlice[] _slices = [];
    private int _front;
    private int _start;
    private int _at;
    private int _count;
    private int _filled;

    /// <summary>Levels with their lengths, once the first piece is cut; as many as there are if they claim more.</summary>
    public byte[]? Levels { get; private set; }

    /// <summary>What is wrong with the page behind the pieces that were cut, as a clause; null if nothing yet.</summary>
    public string? Fault { get; private set; }

    /// <summary>True if no more pieces come.</summary>
    public bool IsDone =>
        Fault is not null || (_given == length && !HasFullSlices && _lengths is not { HasNext: true });

    /// <summary>True if the next piece is cut from the next room.</summary>
    public bool NeedsRoom => _room is null;

    /// <summary>True if a room has to stay as it is until the next one is full.</summary>
    public bool GoesBack => _decompression.Reach > 0;

    private bool HasFullSlices => _count > 0 && _count == _slices.Length;

    private bool HasRoom => _bytes.Length - _filled >= _decompression.LeastRoom;

    /// <summary>More of the page would make the piece too large.</summary>
    private bool IsPieceFull => _count > 0 && (HasFullSlices || _filled - _start >= PagePieces.PieceBytes);

    /// <summary>Goes on in a room.</summary>
    public void TakeUp(PieceRoom room)
    {
        (_room, _bytes, _filled) = (room, room.Bytes, 0);
        Reserve(Math.Max(_keptCount, _decompression.Reach) + _decompression.LeastRoom);
        _kept.AsSpan(0, _keptCount).CopyTo(_bytes);
        (_filled, _at) = (_keptCount, _keptCount - _rest);
        (_front, _start) = (_at, _at);
    }

    /// <summary>
    /// Cuts the next piece; a room was taken up for it. Values are looked for after every part, while the caches still hold
    /// it: behind a whole piece, to go from value to value took as long as to decompress it.
    /// </summary>
    /// <returns>The piece, with slices that were rented for it.</returns>
    /// <exception cref="IOException">Or another: what is stored cannot be read.</exception>
    /// <exception cref="ParquetException">The lengths that stand before all values are damaged.</exception>
    public async ValueTask<PagePiece> NextAsync()
    {
        (_slices, _count) = (valueBytes > 0 ? [] : buffers.RentSlices(), 0);
        _lengths?.BeginPiece();
        try
        {
            await CutAsync();
        }
        catch
        {
            buffers.Return(_slices);
            throw;
        }

        var piece = new PagePiece(_room!, _bytes, _start, _slices, _count);
        (_position, _start) = (_position + _at - _start, _at);
        if (IsDone || (_given < length && !HasRoom && !HasFullSlices))
        {
            await LeaveRoomAsync();
        }

        return piece;
    }

    /// <summary>Has a read that is under way end soon, with an exception.</summary>
    public void Stop() => source.Stop();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        _decompression.Dispose();
    }

    private async ValueTask CutAsync()
    {
        if (Levels is null)
        {
            await CutLevelsAsync();
            await CutLengthsAsync();
        }

        FindValues();
        while (_given < length && HasRoom && !IsPieceFull && Fault is null)
        {
            await FillAsync();
            FindValues();
        }

        // A value that does not fit behind others goes to the next room, and one that does not fit there to a larger array.
        while (_count == 0 && !IsDone && (_start == _front || _given == length))
        {
            await EnsureAsync(_at + BytesOfNext());
            FindValues();
        }
    }

    private async ValueTask CutLevelsAsync()
    {
        var end = 0;
        for (var kind = 0; kind < levelKinds; kind++)
        {
            await EnsureAsync(end + sizeof(int));
            var claimed = _filled - end < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(end));
            end += sizeof(int);
            if (claimed < 0 || claimed > length - end)
            {
                break; // whoever reads the levels says so
            }

            end += claimed;
            await EnsureAsync(end);
        }

        end = Math.Min(end, _filled);
        Levels = _bytes[..end];
        (_start, _at, _position, _valuesStart) = (end, end, end, end);
    }

    private async ValueTask CutLengthsAsync()
    {
        if (openLengths is null)
        {
            return;
        }

        int end;
        for (var most = PartBytes; !DeltaExtent.TryFind(_bytes.AsSpan(_at, _filled - _at), out end) && _given < length; most *= 2)
        {
            await EnsureAsync((int)Math.Min((long)_at + most, length));
        }

        // Without an end all of the page is given to whoever reads them, and says what is wrong.
        var cut = end > 0 ? _at + end : _filled;
        _lengths = openLengths(_bytes[_at..cut]);
        (_start, _at, _position, _valuesStart) = (cut, cut, cut, cut);
    }

    private async ValueTask LeaveRoomAsync()
    {
        _rest = _filled - _at;
        _keptCount = IsDone ? 0 : Math.Max(_rest, Math.Min(_decompression.Window, _filled));
        if (_kept.Length < _keptCount)
        {
            _kept = new byte[Math.Max(_keptCount, 2 * _kept.Length)];
        }

        _bytes.AsSpan(_filled - _keptCount, _keptCount).CopyTo(_kept);
        (_room, _bytes) = (null, []);

        // Before the last piece is read, which may be long after: what ZSTD holds for a page is as much as a few pieces.
        if (IsDone)
        {
            await source.ReleaseAsync();
            _decompression.Dispose();
        }
    }

    /// <summary>Has so many bytes in the room, unless the page ends before.</summary>
    private async ValueTask EnsureAsync(int count)
    {
        while (_filled < count && _given < length)
        {
            Reserve(count + _decompression.LeastRoom);
            await FillAsync();
        }
    }

    private void Reserve(int count)
    {
        if (_bytes.Length < count)
        {
            var larger = buffers.Rent(count);
            _bytes.AsSpan(0, _filled).CopyTo(larger);
            GoOnIn(larger);
        }
    }

    private void GoOnIn(byte[] rented)
    {
        _room!.GrowTo(rented);
        _bytes = rented;
    }

    /// <summary>Decompresses the next part; there is room for some of it.</summary>
    private async ValueTask FillAsync()
    {
        var end = (int)Math.Min(Math.Min(_bytes.Length, (long)_filled + PartBytes), (long)_filled + length - _given);
        var count = await _decompression.ContinueAsync(_bytes.AsMemory(0, end), _filled);
        _filled += count ?? 0;
        _given += count ?? 0;
        if (count is null or 0 || (_given == length && !await _decompression.TryEndAsync()))
        {
            await DecompressWholeAsync();
        }
    }

    /// <summary>Goes on with the whole page from where the piece begins, or finds out what is wrong with it.</summary>
    private async ValueTask DecompressWholeAsync()
    {
        var stored = await source.ReadAllAsync();
        var whole = buffers.Rent(length);
        GoOnIn(whole);
        Fault = codec.Decompress(stored, new ArraySegment<byte>(whole, 0, length));
        (_start, _at, _count, _given) = (_position, _position, 0, length);
        _lengths?.Rewind();
        _filled = Fault is null ? length : _position;
    }
}
