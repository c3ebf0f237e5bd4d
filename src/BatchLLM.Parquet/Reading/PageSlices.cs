using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BatchLLM.Parquet.Compression;
using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// Where the byte arrays of a whole page in the PLAIN encoding stand: looked for by the thread that decompresses it, after each part,
/// while the caches still hold it. Whoever reads the rows took as long to go from length to length as others to decompress the
/// pages behind, and behind a whole page to look for them took twice as long as behind a part.
/// </summary>
internal sealed class PageSlices : IDisposable
{
    /// <summary>Whatever Zstandard goes back to is in the page then, whatever its window.</summary>
    private const int MostBytes = ZstdInPlace.MostReach;

    private readonly PageHeader _header;
    private readonly ParquetColumnSchema _column;
    private readonly PageBuffers _buffers;
    private byte[] _slices = [];

    private PageSlices(PageHeader header, ParquetColumnSchema column, PageBuffers buffers) =>
        (_header, _column, _buffers) = (header, column, buffers);

    /// <summary>How many were found: those before the first that is wrong, if one is.</summary>
    public int Count { get; private set; }

    /// <summary>Index behind the last one in the page; null if it is not known where the first begins.</summary>
    public int? End { get; private set; }

    private int Most => BytesFor(_header, _column) / Unsafe.SizeOf<ByteSlice>();

    private Span<ByteSlice> Slices => MemoryMarshal.Cast<byte, ByteSlice>(_slices.AsSpan());

    /// <summary>Bytes of room that it takes to say where the values of a page stand.</summary>
    /// <returns>0 if they are no byte arrays, or one cannot go from one to the next.</returns>
    public static int BytesFor(PageHeader header, ParquetColumnSchema column) =>
        header.Encoding == ParquetEncoding.PLAIN && column.Type.Physical == ParquetPhysicalType.ByteArray
            && header is { Type: PageType.Data or PageType.DataV2, UncompressedSize: >= 0 and <= MostBytes }
            ? Math.Min(header.ValueCount, header.UncompressedSize / sizeof(int)) * Unsafe.SizeOf<ByteSlice>()
            : 0;

    /// <summary>Begins to look for the values of a page.</summary>
    /// <param name="header">The page's.</param>
    /// <param name="column">Its column.</param>
    /// <param name="buffers">Where room comes from.</param>
    /// <returns>Null if it takes no room.</returns>
    public static PageSlices? Begin(PageHeader header, ParquetColumnSchema column, PageBuffers buffers) =>
        BytesFor(header, column) is > 0 and var bytes
            ? new PageSlices(header, column, buffers) { _slices = buffers.Rent(bytes) }
            : null;

    /// <summary>Decompresses a page, and finds its values.</summary>
    /// <param name="decompression">Of what is stored of it.</param>
    /// <param name="page">Room for it, of whose beginning some is there already.</param>
    /// <param name="given">How much.</param>
    /// <returns>False if it cannot be done a part at a time; the codec then says whether it can be at all.</returns>
    public async ValueTask<bool> TryFillAsync(Decompression decompression, Memory<byte> page, int given)
    {
        while (given < page.Length)
        {
            var part = page[..Math.Min(page.Length, given + PageCutter.PartBytes)];
            var count = await decompression.ContinueAsync(part, given);
            if (count is null or 0)
            {
                return false;
            }

            given += count.Value;
            Find(page.Span[..given]);
        }

        return await decompression.TryEndAsync();
    }

    /// <summary>Goes on to find them.</summary>
    /// <param name="page">As far as it is decompressed: never less than before.</param>
    public void Find(ReadOnlySpan<byte> page)
    {
        End ??= ValuesStart(page);
        if (End is { } at)
        {
            Count += PlainSlices.Find(page, ref at, Slices[Count..Most]);
            End = at;
        }
    }

    /// <summary>Copies the next of them.</summary>
    /// <param name="first">0-based number of the first.</param>
    /// <param name="target">Filled completely; they must have been found.</param>
    public void CopyTo(int first, Span<ByteSlice> target) => Slices.Slice(first, target.Length).CopyTo(target);

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffers.Return(_slices);
        _slices = [];
    }

    private int? ValuesStart(ReadOnlySpan<byte> page)
    {
        if (_header.Type == PageType.DataV2)
        {
            return _header.RepetitionLength + _header.DefinitionLength;
        }

        int? start = 0;
        foreach (var (most, encoding) in ((int, ParquetEncoding)[])
            [(_column.MaxRepetition, _header.RepetitionEncoding), (_column.MaxDefinition, _header.DefinitionEncoding)])
        {
            start = most == 0 ? start : encoding == ParquetEncoding.RLE ? EndOfLevels(page, start) : null;
        }

        return start;
    }

    /// <returns>Null if they are not there to their end, or claim to be longer than the page.</returns>
    private static int? EndOfLevels(ReadOnlySpan<byte> page, int? start)
    {
        if (start is not { } at || page.Length - at < sizeof(int))
        {
            return null;
        }

        var claimed = BinaryPrimitives.ReadInt32LittleEndian(page[at..]);
        at += sizeof(int);
        return claimed >= 0 && claimed <= page.Length - at ? at + claimed : null;
    }
}
