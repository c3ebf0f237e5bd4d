using System.Buffers.Binary;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// Where the byte arrays of a whole page in the PLAIN encoding stand: looked for by the thread that decompressed it, whose caches
/// still hold it. Whoever reads the rows took as long to go from length to length as others to decompress the pages behind.
/// </summary>
internal sealed class PageSlices(PageBuffers buffers) : IDisposable
{
    private readonly List<ByteSlice[]> _slices = [];

    /// <summary>How many were found: those before the first that is wrong, if one is.</summary>
    public int Count { get; private set; }

    /// <summary>Index behind the last one in the page.</summary>
    public int End { get; private set; }

    /// <summary>Looks for the values of a page, if they are byte arrays and stand behind levels whose length is known.</summary>
    /// <param name="header">The page's.</param>
    /// <param name="column">Its column.</param>
    /// <param name="page">All of it, decompressed.</param>
    /// <param name="buffers">Where room comes from.</param>
    /// <returns>Null if they are something else.</returns>
    public static PageSlices? Find(PageHeader header, ParquetColumnSchema column, ReadOnlySpan<byte> page, PageBuffers buffers)
    {
        if (header.Encoding != ParquetEncoding.PLAIN || column.Type.Physical != ParquetPhysicalType.ByteArray
            || ValuesStart(header, column, page) is not { } start)
        {
            return null;
        }

        var found = new PageSlices(buffers) { End = start };
        while (found.Count < header.ValueCount && found.FindMore(page, header.ValueCount - found.Count))
        {
        }

        return found;
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
        _slices.ForEach(buffers.Return);
        _slices.Clear();
    }

    private static int? ValuesStart(PageHeader header, ParquetColumnSchema column, ReadOnlySpan<byte> page)
    {
        if (header.Type == PageType.DataV2)
        {
            return header.RepetitionLength + header.DefinitionLength;
        }

        int? start = header.Type == PageType.Data ? 0 : null;
        foreach (var (most, encoding) in ((int, ParquetEncoding)[])
            [(column.MaxRepetition, header.RepetitionEncoding), (column.MaxDefinition, header.DefinitionEncoding)])
        {
            start = most == 0 ? start : encoding == ParquetEncoding.RLE ? EndOfLevels(page, start) : null;
        }

        return start;
    }

    /// <returns>Null if the levels claim to be longer than the page.</returns>
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

    /// <returns>False if the page ends here, or is wrong from here.</returns>
    private bool FindMore(ReadOnlySpan<byte> page, int most)
    {
        var slices = buffers.RentSlices();
        _slices.Add(slices);
        var (at, count) = (End, 0);
        for (most = Math.Min(most, slices.Length); count < most && page.Length - at >= sizeof(int); count++)
        {
            var claimed = BinaryPrimitives.ReadInt32LittleEndian(page[at..]);
            if ((uint)claimed > (uint)(page.Length - at - sizeof(int)))
            {
                break;
            }

            slices[count] = new ByteSlice(at + sizeof(int), claimed);
            at += sizeof(int) + claimed;
        }

        (End, Count) = (at, Count + count);
        return count == slices.Length;
    }
}
