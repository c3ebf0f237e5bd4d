using System.Buffers.Binary;
using BatchLLM.Parquet.Compression;
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
    private readonly PageHeader _header;
    private readonly ParquetColumnSchema _column;
    private readonly PageBuffers _buffers;
    private readonly List<ByteSlice[]> _slices = [];
    private int? _end;

    private PageSlices(PageHeader header, ParquetColumnSchema column, PageBuffers buffers) =>
        (_header, _column, _buffers) = (header, column, buffers);

    /// <summary>How many were found: those before the first that is wrong, if one is.</summary>
    public int Count { get; private set; }

    /// <summary>Index behind the last one in the page; null if it is not known where the first begins.</summary>
    public int? End => _end;

    /// <summary>Begins to look for the values of a page.</summary>
    /// <param name="header">The page's.</param>
    /// <param name="column">Its column.</param>
    /// <param name="buffers">Where room comes from.</param>
    /// <returns>Null if they are no byte arrays, or one cannot go from one to the next.</returns>
    public static PageSlices? Begin(PageHeader header, ParquetColumnSchema column, PageBuffers buffers) =>
        header.Encoding == ParquetEncoding.PLAIN && column.Type.Physical == ParquetPhysicalType.ByteArray
            && header.Type is PageType.Data or PageType.DataV2
            ? new PageSlices(header, column, buffers)
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
        _end ??= ValuesStart(page);
        while (_end is not null && Count < _header.ValueCount && FindMore(page))
        {
        }
    }

    /// <summary>Copies the next of them.</summary>
    /// <param name="first">0-based number of the first.</param>
    /// <param name="target">Filled completely; they must have been found.</param>
    public void CopyTo(int first, Span<ByteSlice> target)
    {
        while (!target.IsEmpty)
        {
            var (array, at) = Math.DivRem(first, PagePieces.MostValues);
            var count = Math.Min(target.Length, PagePieces.MostValues - at);
            _slices[array].AsSpan(at, count).CopyTo(target);
            target = target[count..];
            first += count;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _slices.ForEach(_buffers.Return);
        _slices.Clear();
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

    /// <returns>False if what is here of the page ends, or is wrong.</returns>
    private bool FindMore(ReadOnlySpan<byte> page)
    {
        var (array, first) = Math.DivRem(Count, PagePieces.MostValues);
        if (array == _slices.Count)
        {
            _slices.Add(_buffers.RentSlices());
        }

        var slices = _slices[array].AsSpan(first);
        var at = _end!.Value;
        var (count, most) = (0, Math.Min(_header.ValueCount - Count, slices.Length));
        for (; count < most && page.Length - at >= sizeof(int); count++)
        {
            var claimed = BinaryPrimitives.ReadInt32LittleEndian(page[at..]);
            if ((uint)claimed > (uint)(page.Length - at - sizeof(int)))
            {
                break;
            }

            slices[count] = new ByteSlice(at + sizeof(int), claimed);
            at += sizeof(int) + claimed;
        }

        (_end, Count) = (at, Count + count);
        return count == slices.Length;
    }
}
