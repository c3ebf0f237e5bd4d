using BatchLLM.Parquet.Compression;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// Reads one column of one row group, page by page. Holds one page or a piece of it, the dictionary, and a few pages ahead
/// that are being decompressed. The rows of a nested column are its entries here: <see cref="LeafReader"/> puts them together.
/// </summary>
internal sealed partial class ColumnChunkReader : IAsyncDisposable
{
    /// <summary>Headers carry the page's smallest and largest value, which may be long texts.</summary>
    private const int MaxHeaderBytes = 16 << 20;

    private const int FirstHeaderBytes = 1 << 10;

    private readonly ChunkBuffer _buffer;
    private readonly PageBuffers _pages;
    private readonly PageWork _work;
    private readonly PageCodec _codec;
    private readonly bool _isBounded;
    private readonly Queue<PageBody> _ahead = new();
    private readonly PageOpener _opener;
    private readonly PagePlace _place;
    private readonly ColumnValues _values;
    private readonly long _end;
    private readonly long _entryCount;
    private long _rowsAhead;
    private PageSpan? _span;
    private PageHeader? _next;
    private int _pageCount;
    private PageBody? _body;
    private PageBody? _dictionary;
    private DataPage? _page;

    /// <param name="source">The file.</param>
    /// <param name="location">The chunk, checked to lie in the file.</param>
    /// <param name="pages">Room for pages.</param>
    /// <param name="work">Opens them.</param>
    /// <param name="values">Receives what is read; the reader keeps writing into it.</param>
    /// <param name="isWhole">True if all pages are wanted.</param>
    /// <param name="span">Those that are wanted; null if that is not known, or all are.</param>
    public ColumnChunkReader(
        IParquetSource source,
        ChunkLocation location,
        PageBuffers pages,
        PageWork work,
        ColumnValues values,
        bool isWhole = true,
        PageSpan? span = null)
    {
        (_pages, _work, _codec, _isBounded) = (pages, work, location.Codec, isWhole || span is not null);
        (_place, _values) = (location.Place, values);
        (_rowsAhead, _entryCount) = (location.EntryCount, location.EntryCount);
        (_span, _end) = (span, span?.Pages.End ?? long.MaxValue);
        _buffer = new ChunkBuffer(
            source,
            pages,
            location.Start,
            span?.Dictionary.End ?? location.ExpectedEnd,
            _isBounded,
            location.HardEnd);
        _opener = new PageOpener(location.Column, pages, _place);
        Column = location.Column;
    }

    /// <summary>The column that is read.</summary>
    public ParquetColumnSchema Column { get; }

    /// <summary>Rows that can be read without loading a page.</summary>
    public int RowsInPage => _page?.RowsLeft ?? 0;

    /// <summary>True if no more rows are wanted: the chunk ends, or the pages that the offset index has for them.</summary>
    public bool IsAtEnd =>
        RowsInPage == 0 && _ahead.Count == 0 && _next is null && (_rowsAhead == 0 || _buffer.Position >= _end);

    /// <summary>Rows that can be read at once; at least 1.</summary>
    /// <param name="most">How many are wanted; at least 1 and at most <see cref="RowsInPage"/>.</param>
    public int Ready(int most) => _page!.Ready(most);

    /// <summary>
    /// Loads the next page that has rows, unless the current one still has some, and the next of its values. The rows read
    /// last are not valid any more.
    /// </summary>
    /// <exception cref="ParquetException">The chunk has no more rows, or is damaged.</exception>
    public async ValueTask LoadPageAsync(CancellationToken cancellationToken)
    {
        while (RowsInPage == 0)
        {
            await CloseAsync(); // before the next page takes room, which may be as large
            var body = _ahead.Count > 0
                ? _ahead.Dequeue()
                : await LoadAsync(await ReadHeaderAsync(cancellationToken), cancellationToken);
            await OpenAsync(body);
        }

        await _page!.LoadAsync();
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
                await LoadPageAsync(cancellationToken);
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

            await OpenAsync(await LoadAsync(header, cancellationToken));
        }

        if (_buffer.Position > span.Pages.Start)
        {
            throw _place.Damaged($"the dictionary reaches into the pages of the offset index");
        }

        _buffer.Seek(span.Pages.Start, span.Pages.End);
        _pageCount += span.Page;

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

    /// <summary>Ends reading at the rows that were read, which stay valid.</summary>
    /// <exception cref="ParquetException">The page that they end in is not what was written, by its sum.</exception>
    public async ValueTask VerifyAsync()
    {
        if (_body is not null && await _body.VerifyAsync() is { } fault)
        {
            throw _place.Of(_body.Number).Damaged($"{fault}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _buffer.Dispose();
        _opener.Dispose();
        foreach (var body in (PageBody?[])[_body, _dictionary, .. _ahead])
        {
            await (body?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    /// <returns>Rows passed over: those of the page if it lies before the wanted row, else 0 with the page
    /// opened.</returns>
    private async ValueTask<long> SkipPageAsync(long rows, CancellationToken cancellationToken)
    {
        var header = await ReadHeaderAsync(cancellationToken);
        if (header.Type is PageType.Dictionary || header.ValueCount > rows)
        {
            await OpenAsync(await LoadAsync(header, cancellationToken));
            return 0;
        }

        _buffer.Skip(header.CompressedSize);
        return header.ValueCount;
    }

    /// <summary>Reads a page's bytes and begins to decompress them.</summary>
    private async ValueTask<PageBody> LoadAsync(PageHeader header, CancellationToken cancellationToken)
    {
        var body = new PageBody(header, _place.Of(_pageCount - 1), _codec, Column, _pages, _work);
        try
        {
            if (body.IsTooLarge)
            {
                throw _place.Unsupported("a page of more than 1 GiB");
            }

            await BeginAsync(body, cancellationToken);
            return body;
        }
        catch
        {
            await body.DisposeAsync();
            throw;
        }
    }

    private async ValueTask BeginAsync(PageBody body, CancellationToken cancellationToken)
    {
        if (body.IsStreamed)
        {
            await body.StreamAsync(_buffer, cancellationToken);
            return;
        }

        await _buffer.ReadAsync(body.Stored, cancellationToken);
        body.BeginOpening();
    }

    private async ValueTask CloseAsync()
    {
        if (_body is { } body)
        {
            await VerifyAsync();
            _body = null;
            await body.DisposeAsync();
        }
    }

    private async ValueTask OpenAsync(PageBody body)
    {
        await CloseAsync();
        _body = body;
        _place.Page = body.Number;
        if (await body.OpenAsync() is { } fault)
        {
            throw _place.Damaged($"{fault}");
        }

        switch (body.Header.Type)
        {
            case PageType.Data:
                _page = _opener.OpenVersion1(body);
                break;
            case PageType.DataV2:
                _page = _opener.OpenVersion2(body);
                break;
            case PageType.Dictionary when !_opener.HasDictionary:
                (_dictionary, _body) = (body, null); // pages refer to it to the chunk's end
                _opener.OpenDictionary(body);
                break;
            case PageType.Dictionary:
                throw _place.Damaged($"the chunk has a second dictionary; expected at most one");
        }
    }
}
