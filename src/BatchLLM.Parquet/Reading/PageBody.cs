using System.IO.Hashing;
using BatchLLM.Parquet.Compression;
using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;
using static System.FormattableString;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// The bytes of one page, from the file's to the decompressed ones. Checking and decompressing them is most of the work of
/// reading, needs nothing but the page, and so is done on another thread, ahead of whoever wants the rows.
/// </summary>
/// <remarks>
/// A large page of texts or numbers comes in pieces (<see cref="PagePieces"/>), and what is stored of it is read a part at a time if it
/// is more than one. The sum of such a page is added up on the way and known at its end: its first rows are given out before,
/// its last ones are not (<see cref="VerifyAsync"/>). To read it twice, for its sum and for its rows, was rejected: it is the
/// larger part of what a shard of a remote file costs.
/// </remarks>
internal sealed class PageBody : IAsyncDisposable
{
    /// <summary>No writer makes pages of even a tenth of this.</summary>
    private const int MaxBytes = 1 << 30;

    /// <summary>Larger pages come in pieces, where their form allows it.</summary>
    private const int MostWhole = 4 << 20;

    private readonly PageCodec _codec;
    private readonly PageBuffers _buffers;
    private readonly PageWork _work;
    private readonly ParquetColumnSchema _column;
    private readonly PagePlace _place;
    private byte[] _stored;
    private byte[] _data = [];
    private Task<string?>? _opening;

    /// <summary>Takes room for the page.</summary>
    /// <remarks>What takes it gives it back, also if the page is never filled.</remarks>
    /// <param name="header">What stands before it.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="codec">The chunk's codec.</param>
    /// <param name="column">The column.</param>
    /// <param name="buffers">Where the room comes from.</param>
    /// <param name="work">Opens it, unless it is large.</param>
    public PageBody(PageHeader header, PagePlace place, PageCodec codec, ParquetColumnSchema column, PageBuffers buffers, PageWork work)
    {
        (Header, _place, _codec, _column, _buffers, _work) = (header, place, codec, column, buffers, work);
        _stored = IsStreamed ? [] : buffers.Rent(header.CompressedSize);
        if (!IsTooLarge && FindFault() is null && !ComesInPieces)
        {
            _data = IsDictionary ? buffers.RentDictionary(header.UncompressedSize) : buffers.Rent(header.UncompressedSize);
        }
    }

    /// <summary>What stands before the page.</summary>
    public PageHeader Header { get; }

    /// <summary>True for a page that is not opened, although nothing is wrong with it.</summary>
    public bool IsTooLarge => FindFault() is null && Header.UncompressedSize > MaxBytes;

    /// <summary>0-based number in the chunk, a dictionary counted.</summary>
    public int Number => _place.Page;

    /// <summary>The values of a page that comes in pieces; null for any other.</summary>
    public PagePieces? Pieces { get; private set; }

    /// <summary>
    /// Levels and values once it is open, or at least as much; of a page that comes in pieces only the levels. Slices refer to
    /// those of a dictionary as long as a batch of its chunk is valid.
    /// </summary>
    public byte[] Data => Pieces is null ? _data : Levels;

    /// <summary>Where the values stand, once it is open; null where that was not looked for.</summary>
    public PageSlices? Slices { get; private set; }

    /// <summary>Bytes of levels and values.</summary>
    public int Length => Header.UncompressedSize;

    /// <summary>True for the values that other pages of the chunk refer to.</summary>
    public bool IsDictionary => Header.Type == PageType.Dictionary;

    /// <summary>True if what is stored of the page is not held as a whole: <see cref="StreamAsync"/> begins with it.</summary>
    public bool IsStreamed =>
        ComesInPieces && FindFault() is null && Header.CompressedSize - LevelsLength > StoredBytes.MostHeld;

    /// <summary>To be filled with the bytes of the file, unless the page is streamed.</summary>
    public Memory<byte> Stored => _stored.AsMemory(0, Header.CompressedSize);

    /// <summary>Bytes of levels before the values of a version 2 page, which are never compressed.</summary>
    private long LevelsLength =>
        Header.Type == PageType.DataV2 ? (long)Header.RepetitionLength + Header.DefinitionLength : 0;

    /// <summary>Those of a version 2 page, once they were taken from what is stored.</summary>
    private byte[] Levels => Header.Type == PageType.DataV2 ? _data : Pieces!.Levels;

    private PageCodec ValuesCodec => CodecOfValues(Header, _codec);

    private bool ComesInPieces => IsInPieces(Header, _column);

    /// <summary>Bytes that a page takes while it is ahead of the rows that are read, besides rooms for pieces.</summary>
    public static long BytesAhead(PageHeader header, ParquetColumnSchema column) =>
        IsInPieces(header, column)
            ? Math.Min(header.CompressedSize, StoredBytes.MostHeld)
            : (long)header.CompressedSize + header.UncompressedSize + PageSlices.BytesFor(header, column);

    /// <summary>Begins to read, to check and to decompress a page that is streamed, on another thread.</summary>
    /// <param name="file">Stands at the page, and is moved behind it.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async ValueTask StreamAsync(ChunkBuffer file, CancellationToken cancellationToken)
    {
        var levels = new byte[LevelsLength];
        await file.ReadAsync(levels, cancellationToken);
        _data = levels;
        BeginCutting(file.Detach(Header.CompressedSize - _data.Length, cancellationToken));
    }

    /// <summary>Begins to check and to decompress what was stored, on another thread.</summary>
    public void BeginOpening()
    {
        if (FindFault() is null && ComesInPieces)
        {
            var levels = (int)LevelsLength;
            _data = _stored[..levels];
            var values = new StoredBytes(_stored, levels, Header.CompressedSize - levels, _buffers);
            _stored = [];
            BeginCutting(values);
        }
        else
        {
            _opening = _work.Begin(DecompressAsync);
        }
    }

    /// <summary>True if no more room is wanted for it before it is read.</summary>
    public bool IsFull => Pieces is null or { IsFull: true };

    /// <summary>Lets a page that comes in pieces go on.</summary>
    /// <param name="mostHeld">As in <see cref="PagePieces.Feed"/>.</param>
    public void Continue(int mostHeld) => Pieces?.Feed(mostHeld);

    /// <summary>Waits until <see cref="Data"/> holds the page, or its levels.</summary>
    /// <returns>Null, or what is wrong with the page, as a clause.</returns>
    public async ValueTask<string?> OpenAsync()
    {
        var fault = Pieces is null ? await _work.HelpAsync(_opening!) : await Pieces.OpenAsync();
        Continue(PagePieces.MostHeldOfCurrent);
        return fault;
    }

    /// <summary>
    /// Ends the reading of the page at the rows that were read: its sum is checked, for which the rest of what is stored is
    /// read, but not decompressed.
    /// </summary>
    /// <returns>Null, or what is wrong with the page, as a clause.</returns>
    public async ValueTask<string?> VerifyAsync() =>
        Pieces is null || Header.Checksum is null ? null : await Pieces.VerifyAsync();

    /// <summary>Gives the room back, once nobody works on the page any more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Pieces is not null)
        {
            await Pieces.DisposeAsync();
        }
        else if (_opening is not null)
        {
            await _work.HelpAsync(_opening);
            Slices?.Dispose();
        }

        _buffers.Return(_stored);
        if (IsDictionary)
        {
            _buffers.ReturnDictionary(_data);
        }
        else if (Pieces is null)
        {
            _buffers.Return(_data);
        }

        (_stored, _data) = ([], []);
    }

    private static PageCodec CodecOfValues(PageHeader header, PageCodec codec) =>
        header is { Type: PageType.DataV2, IsCompressed: false } ? UncompressedCodec.Instance : codec;

    private static bool IsInPieces(PageHeader header, ParquetColumnSchema column) =>
        header.UncompressedSize > MostWhole
        && (header.Encoding == ParquetEncoding.PLAIN
            ? column.Type.PlainSize > 0
            : header.Encoding == ParquetEncoding.DELTA_LENGTH_BYTE_ARRAY && HasLengths(column))
        && (header.Type == PageType.DataV2 || (header.Type == PageType.Data && HasRunsOnly(header, column)));

    private static bool HasLengths(ParquetColumnSchema column) => column.Type.Physical == ParquetPhysicalType.ByteArray;

    /// <summary>Levels in the older encoding have no length before them.</summary>
    private static bool HasRunsOnly(PageHeader header, ParquetColumnSchema column) =>
        (column.MaxRepetition == 0 || header.RepetitionEncoding == ParquetEncoding.RLE)
        && (column.MaxDefinition == 0 || header.DefinitionEncoding == ParquetEncoding.RLE);

    private void BeginCutting(StoredBytes values)
    {
        var levelKinds = Header.Type == PageType.DataV2
            ? 0
            : Math.Min(1, _column.MaxRepetition) + Math.Min(1, _column.MaxDefinition);
        var length = Header.UncompressedSize - _data.Length;
        Func<byte[], PageLengths>? openLengths = Header.Encoding == ParquetEncoding.PLAIN ? null : OpenLengths;
        var valueBytes = HasLengths(_column) ? 0 : _column.Type.PlainSize;
        var cutter = new PageCutter(ValuesCodec, values, length, levelKinds, _buffers, openLengths, valueBytes);
        if (Header.Checksum is not null)
        {
            values.BeginSum(_data);
        }

        Pieces = new PagePieces(cutter, () => FindWrongSumAsync(values), values.IsLast, _buffers);
    }

    private PageLengths OpenLengths(byte[] packed)
    {
        var values = new PageValues(packed, 0, packed.Length, _column.Type, _place);
        new DeltaIntegers(values, 0).PassOver();
        return new PageLengths(new DeltaIntegers(values, 0), Header.ValueCount);
    }

    private string? FindWrongSum() => Header.Checksum is null ? null : FindWrong(Crc32.HashToUInt32(Stored.Span));

    private async ValueTask<string?> FindWrongSumAsync(StoredBytes values) =>
        Header.Checksum is null ? null : FindWrong(await values.SumAsync());

    private string? FindWrong(uint sum) => sum == Header.Checksum
        ? null
        : Invariant($"the CRC-32 of the page's {Header.CompressedSize} bytes is {sum:X8}; expected {Header.Checksum:X8}");

    /// <summary>Refuses lengths that cannot be, before any room is taken for them.</summary>
    private string? FindFault()
    {
        if (Header.Type == PageType.DataV2 && (Header.RepetitionLength < 0 || Header.DefinitionLength < 0
            || LevelsLength > Math.Min(Header.CompressedSize, Header.UncompressedSize)))
        {
            return Invariant($"the levels claim {LevelsLength} bytes of a page of {Header.CompressedSize} bytes");
        }

        var (length, stored) = (Header.UncompressedSize - LevelsLength, Header.CompressedSize - (int)LevelsLength);
        var most = ValuesCodec.MaxDecompressedLength(stored);
        return length >= 0 && length <= most
            ? null
            : Invariant($"the page claims {length} bytes, from {stored} compressed ones; expected at most {most}");
    }

    private async Task<string?> DecompressAsync()
    {
        if ((FindWrongSum() ?? FindFault()) is { } fault)
        {
            return fault;
        }

        var levels = (int)LevelsLength;
        var target = new ArraySegment<byte>(_data, levels, Length - levels);
        _stored.AsSpan(0, levels).CopyTo(_data);
        await using var values = new StoredBytes(_stored, levels, Header.CompressedSize - levels, _buffers);
        _stored = []; // goes with them

        // Writers leave out the compressed form of nothing.
        return (values.Count == 0 && target.Count == 0) || await TryInPartsAsync(values, levels)
            ? null
            : ValuesCodec.Decompress(await values.ReadAllAsync(), target);
    }

    /// <summary>Also finds the values, where that can be done.</summary>
    private async ValueTask<bool> TryInPartsAsync(StoredBytes values, int levels)
    {
        if (PageSlices.Begin(Header, _column, _buffers) is not { } slices)
        {
            return false;
        }

        using var decompression = ValuesCodec.Begin(values, Length - levels);
        if (await slices.TryFillAsync(decompression, _data.AsMemory(0, Length), levels) && slices.End is not null)
        {
            Slices = slices;
            return true;
        }

        slices.Dispose();
        return false;
    }
}
