using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Thrift;

namespace BatchLLM.Parquet.Reading;

/// <content>Reads and checks page headers.</content>
internal sealed partial class ColumnChunkReader
{
    /// <summary>The header of the next page that holds values: indexes among the pages are passed over.</summary>
    private async ValueTask<PageHeader> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        var header = _next ?? await ReadAnyHeaderAsync(cancellationToken);
        _next = null;
        while (header.Type == PageType.Index)
        {
            _buffer.Skip(header.CompressedSize);
            header = await ReadAnyHeaderAsync(cancellationToken);
        }

        return header;
    }

    private async ValueTask<PageHeader> ReadAnyHeaderAsync(CancellationToken cancellationToken)
    {
        _place.Page = _pageCount++;
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
            return header;
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
