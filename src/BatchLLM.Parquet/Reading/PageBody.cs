using BatchLLM.Parquet.Compression;
using BatchLLM.Parquet.Metadata;
using static System.FormattableString;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// The bytes of one page, from the file's to the decompressed ones. Checking and decompressing them is most of the work of
/// reading, needs nothing but the page, and so is done on another thread, ahead of whoever wants the rows.
/// </summary>
internal sealed class PageBody
{
    /// <summary>No writer makes pages of even a tenth of this.</summary>
    private const int MaxPageBytes = 1 << 30;

    private readonly PageCodec _codec;
    private byte[] _stored;
    private Task<string?>? _opening;

    /// <summary>Takes room for the page.</summary>
    /// <param name="header">What stands before it.</param>
    /// <param name="number">0-based number in the chunk, a dictionary counted.</param>
    /// <param name="codec">The chunk's codec.</param>
    /// <param name="buffers">Where the room comes from.</param>
    public PageBody(PageHeader header, int number, PageCodec codec, PageBuffers buffers)
    {
        (Header, Number, _codec) = (header, number, codec);
        _stored = buffers.Rent(header.CompressedSize);
        Data = IsTooLarge || FindFault() is not null ? []
            : header.Type == PageType.Dictionary ? new byte[header.UncompressedSize]
            : buffers.Rent(header.UncompressedSize);
    }

    /// <summary>What stands before the page.</summary>
    public PageHeader Header { get; }

    /// <summary>True for a page that is not opened, although nothing is wrong with it.</summary>
    public bool IsTooLarge => FindFault() is null && Header.UncompressedSize > MaxPageBytes;

    /// <summary>0-based number in the chunk, a dictionary counted.</summary>
    public int Number { get; }

    /// <summary>
    /// Levels and values once it is open; longer than they are. Those of a dictionary are as long, and not used again:
    /// slices refer to them as long as anyone holds a batch of the chunk.
    /// </summary>
    public byte[] Data { get; }

    /// <summary>Bytes of levels and values.</summary>
    public int Length => Header.UncompressedSize;

    /// <summary>To be filled with the bytes of the file.</summary>
    public Memory<byte> Stored => _stored.AsMemory(0, Header.CompressedSize);

    /// <summary>Bytes of levels before the values of a version 2 page, which are never compressed.</summary>
    private long LevelsLength =>
        Header.Type == PageType.DataV2 ? (long)Header.RepetitionLength + Header.DefinitionLength : 0;

    private PageCodec ValuesCodec =>
        Header is { Type: PageType.DataV2, IsCompressed: false } ? UncompressedCodec.Instance : _codec;

    /// <summary>Begins to check and to decompress what was stored, on another thread.</summary>
    public void BeginOpening() => _opening = Task.Run(Open);

    /// <summary>Waits until <see cref="Data"/> holds the page, and gives the room of what was stored back.</summary>
    /// <returns>Null, or what is wrong with the page, as a clause.</returns>
    public async ValueTask<string?> OpenAsync(PageBuffers buffers)
    {
        var fault = await _opening!;
        ReturnStored(buffers);
        return fault;
    }

    /// <summary>Gives the room of what was stored back, once it is decompressed.</summary>
    public void ReturnStored(PageBuffers buffers)
    {
        if (_opening is { IsCompleted: true })
        {
            buffers.Return(_stored);
            _stored = [];
        }
    }

    /// <summary>
    /// Gives the room back. While the page is being opened it cannot be used again: then it is left to the collector.
    /// </summary>
    public void Return(PageBuffers buffers)
    {
        Action<byte[]> give = _opening is { IsCompleted: false } ? buffers.Drop : buffers.Return;
        give(_stored);
        if (Header.Type != PageType.Dictionary)
        {
            give(Data);
        }
    }

    private string? Open() => FindWrongSum() ?? FindFault() ?? Decompress();

    private string? FindWrongSum() =>
        Header.Checksum is { } sum && Crc32.Of(Stored.Span) is var found && found != sum
            ? Invariant($"the CRC-32 of the page's {Header.CompressedSize} bytes is {found:X8}; expected {sum:X8}")
            : null;

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

    private string? Decompress()
    {
        var levels = (int)LevelsLength;
        var source = new ArraySegment<byte>(_stored, levels, Header.CompressedSize - levels);
        var target = new ArraySegment<byte>(Data, levels, Header.UncompressedSize - levels);
        _stored.AsSpan(0, levels).CopyTo(Data);

        // Writers leave out the compressed form of nothing.
        var isEmpty = source.Count == 0 && target.Count == 0;
        return isEmpty ? null : ValuesCodec.Decompress(source, target);
    }
}
