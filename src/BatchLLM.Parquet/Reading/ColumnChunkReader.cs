using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Thrift;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// Reads one column of one row group, page by page. Holds one page and the dictionary. The rows of a nested column are
/// its entries here: <see cref="LeafReader"/> puts them together.
/// </summary>
internal sealed class ColumnChunkReader : IDisposable
{
    /// <summary>Headers carry the page's smallest and largest value, which may be long texts.</summary>
    private const int MaxHeaderBytes = 16 << 20;

    private const int FirstHeaderBytes = 1 << 10;

    private readonly ChunkBuffer _buffer;
    private readonly PageOpener _opener;
    private readonly PagePlace _place;
    private readonly ColumnValues _values;
    private readonly long _end;
    private long _rowsAhead;
    private PageSpan? _span;
    private DataPage? _page;

    /// <param name="source">The file.</param>
    /// <param name="location">The chunk, checked to lie in the file.</param>
    /// <param name="values">Receives what is read; the reader keeps writing into it.</param>
    /// <param name="isWhole">True if all pages are wanted.</param>
    /// <param name="span">Those that are wanted; null if that is not known, or all are.</param>
    public ColumnChunkReader(
        IParquetSource source, ChunkLocation location, ColumnValues values, bool isWhole = true, PageSpan? span = null)
    {
        _place = location.Place;
        _values = values;
        _rowsAhead = location.EntryCount;
        (_span, _end) = (span, span?.Pages.End ?? long.MaxValue);
        _buffer = new ChunkBuffer(
            source,
            location.Start,
            span?.Dictionary.End ?? location.ExpectedEnd,
            isWhole || span is not null,
            location.HardEnd);
        _opener = new PageOpener(location.Column, location.Codec, _place);
        Column = location.Column;
    }

    /// <summary>The column that is read.</summary>
    public ParquetColumnSchema Column { get; }

    /// <summary>Rows that can be read without loading a page.</summary>
    public int RowsInPage => _page?.RowsLeft ?? 0;

    /// <summary>True if no more rows are wanted: the chunk ends, or the pages that the offset index has for them.</summary>
    public bool IsAtEnd => RowsInPage == 0 && (_rowsAhead == 0 || _buffer.Position >= _end);

    /// <summary>Rows that can be read at once; at least 1.</summary>
    /// <param name="most">How many are wanted; at least 1 and at most <see cref="RowsInPage"/>.</param>
    public int Ready(int most) => _page!.Ready(most);

    /// <summary>Loads the next page that has rows, unless the current one still has some.</summary>
    /// <exception cref="ParquetException">The chunk has no more rows, or is damaged.</exception>
    public async ValueTask LoadPageAsync(CancellationToken cancellationToken)
    {
        while (RowsInPage == 0)
        {
            var header = await ReadHeaderAsync(cancellationToken);
            await OpenAsync(header, cancellationToken);
        }
    }

    /// <summary>Passes over rows; pages that hold no others are neither read nor decompressed.</summary>
    public async ValueTask SkipAsync(long rows, CancellationToken cancellationToken)
    {
        rows -= await SeekAsync(cancellationToken);
        while (rows > 0)
        {
            if (RowsInPage == 0)
            {
                rows -= await SkipPageAsync(rows, cancellationToken);
            }
            else
            {
                var step = Ready((int)Math.Min(Math.Min(rows, RowsInPage), _values.Defined.Length));
                Read(step);
                rows -= step;
            }
        }
    }

    /// <summary>Goes to the first page that is wanted; the dictionary is read on the way.</summary>
    /// <returns>Rows passed over; 0 where it is not known where that page is.</returns>
    public async ValueTask<long> SeekAsync(CancellationToken cancellationToken)
    {
        if (_span is not { } span)
        {
            return 0;
        }

        if (span.Dictionary.Length > 0)
        {
            var header = await ReadHeaderAsync(cancellationToken);
            if (header.Type != PageType.Dictionary)
            {
                throw _place.Damaged($"a page of type {header.Type} stands before the pages of the offset index");
            }

            await OpenAsync(header, cancellationToken);
        }

        if (_buffer.Position > span.Pages.Start)
        {
            throw _place.Damaged($"the dictionary reaches into the pages of the offset index");
        }

        _buffer.Seek(span.Pages.Start, span.Pages.End);
        _place.Page += span.Page;

        // Of a nested column too: a row is at least one entry, so that what is ahead is never more than what is left.
        _rowsAhead -= span.FirstRow;
        return span.FirstRow;
    }

    /// <summary>Reads the next rows.</summary>
    /// <param name="rows">At most what was <see cref="Ready"/>, and what the values have room for.</param>
    public void Read(int rows) => _page!.Read(_values, rows);

    /// <summary>Adds the next entries of a nested column to those that are held.</summary>
    /// <param name="entries">Receives them.</param>
    /// <param name="count">At most what was <see cref="Ready"/>, and what the values have room for.</param>
    public void Read(LeafEntries entries, int count) => entries.Add(_page!, count, _values);

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffer.Dispose();
        _opener.Dispose();
    }

    /// <returns>Rows passed over: those of the page if it lies before the wanted row, else 0 with the page
    /// opened.</returns>
    private async ValueTask<long> SkipPageAsync(long rows, CancellationToken cancellationToken)
    {
        var header = await ReadHeaderAsync(cancellationToken);
        if (header.Type is PageType.Dictionary || header.ValueCount > rows)
        {
            await OpenAsync(header, cancellationToken);
            return 0;
        }

        _buffer.Advance(header.CompressedSize);
        return header.ValueCount;
    }

    private async ValueTask OpenAsync(PageHeader header, CancellationToken cancellationToken)
    {
        var body = await _buffer.PeekAsync(header.CompressedSize, cancellationToken);
        CheckSum(header.Checksum, body);
        switch (header.Type)
        {
            case PageType.Data:
                _page = _opener.OpenVersion1(header, body);
                break;
            case PageType.DataV2:
                _page = _opener.OpenVersion2(header, body);
                break;
            case PageType.Dictionary when !_opener.HasDictionary:
                _opener.OpenDictionary(header, body);
                break;
            case PageType.Dictionary:
                throw _place.Damaged($"the chunk has a second dictionary; expected at most one");
        }

        _buffer.Advance(header.CompressedSize);
    }

    private void CheckSum(uint? expected, ReadOnlySpan<byte> body)
    {
        if (expected is { } sum && Crc32.Of(body) is var found && found != sum)
        {
            throw _place.Damaged($"the CRC-32 of the page's {body.Length} bytes is {found:X8}; expected {sum:X8}");
        }
    }

    private async ValueTask<PageHeader> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        _place.Page++;
        if (_buffer.Remaining <= 0)
        {
            throw _place.Damaged($"the chunk ends here; expected {_rowsAhead} more rows");
        }

        for (var size = FirstHeaderBytes; ; size *= 8)
        {
            size = (int)Math.Min(size, Math.Min(_buffer.Remaining, MaxHeaderBytes));
            var bytes = await _buffer.PeekAsync(size, cancellationToken);
            var failure = Parse(bytes, out var header, out var length);
            if (failure == CompactFailure.None)
            {
                _buffer.Advance(length);
                return Check(header);
            }

            if (failure != CompactFailure.Truncated || size == Math.Min(_buffer.Remaining, MaxHeaderBytes))
            {
                throw _place.Damaged($"the page header cannot be decoded ({failure})");
            }
        }
    }

    private static CompactFailure Parse(ReadOnlySpan<byte> bytes, out PageHeader header, out int length)
    {
        var reader = new CompactReader(bytes);
        header = PageHeader.Read(ref reader);
        length = reader.Position;
        return reader.Failure;
    }

    private PageHeader Check(PageHeader header)
    {
        if (header.CompressedSize < 0 || header.CompressedSize > _buffer.Remaining)
        {
            throw _place.Damaged($"the page claims {header.CompressedSize} bytes; {_buffer.Remaining} are left");
        }

        if (header.Type == PageType.Index)
        {
            return header with { ValueCount = 0 };
        }

        if (!header.HasTypeHeader || header.ValueCount < 0)
        {
            throw _place.Damaged($"the page header of type {header.Type} says {header.ValueCount} values");
        }

        return header.Type == PageType.Dictionary ? header : CountRows(header);
    }

    private PageHeader CountRows(PageHeader header)
    {
        if (header.ValueCount > _rowsAhead)
        {
            throw _place.Damaged($"the page holds {header.ValueCount} rows; expected at most {_rowsAhead} more");
        }

        if (_span is { } span && Column.MaxRepetition == 0 && header.ValueCount != span.RowCount)
        {
            throw _place.Damaged(
                $"the page holds {header.ValueCount} rows; expected the {span.RowCount} that the offset index says");
        }

        _span = null;
        _rowsAhead -= header.ValueCount;
        return header;
    }
}
