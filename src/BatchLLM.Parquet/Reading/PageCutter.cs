using System.Buffers.Binary;
using BatchLLM.Parquet.Compression;
using BatchLLM.Parquet.Encodings;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// Decompresses a large page of byte arrays a part at a time, and cuts it between values: in the PLAIN encoding, or where the
/// lengths stand before all values, which are then held as they are packed. What is left of a part, and what the codec may go
/// back to, is kept and stands in front of the next one.
/// </summary>
/// <param name="codec">The codec of the values.</param>
/// <param name="source">What is stored of them, and of levels that are compressed with them; disposed with this.</param>
/// <param name="length">Bytes that it gives.</param>
/// <param name="levelKinds">How many kinds of levels stand before the values, each with its length: 0 to 2.</param>
/// <param name="buffers">Where room comes from for a value that takes more than was given.</param>
/// <param name="openLengths">Reads the lengths where they stand before all values; null where each stands before its own.</param>
internal sealed partial class PageCutter(
    PageCodec codec,
    StoredBytes source,
    int length,
    int levelKinds,
    PageBuffers buffers,
    Func<byte[], PageLengths>? openLengths = null) : IDisposable
{
    /// <summary>Small enough to stay in a processor's own cache, beside what it is made from and the codec's tables.</summary>
    private const int PartBytes = 128 << 10;

    /// <summary>Values after which a piece gets no more parts: where they stand would take more than they do.</summary>
    private const int ManyValues = 1 << 13;

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
    private int _start;
    private int _at;
    private int _count;
    private int _filled;

    /// <summary>Levels with their lengths, once the first piece is cut; as many as there are if they claim more.</summary>
    public byte[]? Levels { get; private set; }

    /// <summary>What is wrong with the page behind the pieces that were cut, as a clause; null if nothing yet.</summary>
    public string? Fault { get; private set; }

    /// <summary>True if no more pieces come.</summary>
    public bool IsDone => Fault is not null || (_given == length && _lengths is not { HasNext: true });

    /// <summary>
    /// Cuts the next piece. Values are looked for after every part, while the caches still hold it: behind a whole piece, to
    /// go from value to value took as long as to decompress it.
    /// </summary>
    /// <param name="room">Room for it.</param>
    /// <returns>The piece; without values only if none is left.</returns>
    /// <exception cref="IOException">Or another: what is stored cannot be read.</exception>
    /// <exception cref="ParquetException">The lengths that stand before all values are damaged.</exception>
    public async ValueTask<PagePiece> NextAsync(PieceRoom room)
    {
        TakeUp(room);
        try
        {
            await CutAsync();
        }
        catch
        {
            Replace(room.Bytes);
            throw;
        }

        var piece = new PagePiece(room, _bytes, _count);
        Keep();
        return piece;
    }

    /// <summary>Has a read that is under way end soon, with an exception.</summary>
    public void Stop() => source.Stop();

    /// <inheritdoc/>
    public void Dispose()
    {
        _decompression.Dispose();
        source.Dispose();
    }

    private async ValueTask CutAsync()
    {
        if (Levels is null)
        {
            await CutLevelsAsync();
            await CutLengthsAsync();
        }

        FindValues();
        while (_given < length && _bytes.Length - _filled >= Decompression.LeastRoom && _count < ManyValues && Fault is null)
        {
            await FillAsync();
            FindValues();
        }

        while (_count == 0 && !IsDone)
        {
            await EnsureAsync(_at + BytesOfNext());
            FindValues();
        }

        // Before the last piece is read, which may be long after: what ZSTD holds for a page is as much as a few pieces.
        if (IsDone)
        {
            source.Release();
            _decompression.Dispose();
        }
    }

    private void TakeUp(PieceRoom room)
    {
        (_room, _bytes, _filled, _count) = (room, room.Bytes, 0, 0);
        _lengths?.BeginPiece();
        Reserve(_keptCount + Decompression.LeastRoom);
        _kept.AsSpan(0, _keptCount).CopyTo(_bytes);
        (_start, _filled) = (_keptCount - _rest, _keptCount);
        _at = _start;
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

    private void Keep()
    {
        _rest = _filled - _at;
        _keptCount = IsDone ? 0 : Math.Max(_rest, Math.Min(_decompression.Window, _filled));
        if (_kept.Length < _keptCount)
        {
            _kept = new byte[Math.Max(_keptCount, 2 * _kept.Length)];
        }

        _bytes.AsSpan(_filled - _keptCount, _keptCount).CopyTo(_kept);
        _position += _at - _start;
    }

    /// <summary>Has so many bytes in the room, unless the page ends before.</summary>
    private async ValueTask EnsureAsync(int count)
    {
        while (_filled < count && _given < length)
        {
            Reserve(count + Decompression.LeastRoom);
            await FillAsync();
        }
    }

    private void Reserve(int count)
    {
        if (_bytes.Length < count)
        {
            var larger = buffers.Rent(count);
            _bytes.AsSpan(0, _filled).CopyTo(larger);
            Replace(larger);
        }
    }

    private void Replace(byte[] bytes)
    {
        if (_bytes != _room!.Bytes)
        {
            buffers.Return(_bytes);
        }

        _bytes = bytes;
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
        Fault = codec.Decompress(stored, new ArraySegment<byte>(whole, 0, length));
        Replace(whole);
        (_start, _at, _count, _given) = (_position, _position, 0, length);
        _lengths?.Rewind();
        _filled = Fault is null ? length : _position;
    }
}
