using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Encodings;

/// <summary>
/// BYTE_STREAM_SPLIT: the first bytes of all values, then the second bytes of all values, and so on. Values that are
/// bytes are put together in a buffer that the next ones overwrite.
/// </summary>
internal sealed class ByteStreamSplitDecoder : ValueDecoder
{
    private readonly PageValues _page;
    private readonly int _size;
    private readonly int _valueCount;
    private int _next;
    private byte[] _bytes = [];

    /// <param name="page">The data page.</param>
    public ByteStreamSplitDecoder(PageValues page)
    {
        (_page, _size) = (page, page.Type.PlainSize);
        var length = page.End - page.Start;
        _valueCount = length / _size;
        if (length % _size != 0)
        {
            throw page.Place.Damaged($"split values take {length} bytes; expected a multiple of {_size}");
        }
    }

    /// <inheritdoc/>
    public override void Read(ColumnValues target, int count)
    {
        if (count > _valueCount - _next)
        {
            throw _page.Place.Damaged($"{_valueCount - _next} split values are left; expected {count} more");
        }

        if (_page.Type.IsBytes)
        {
            ReadBytes(target, count);
        }
        else
        {
            ReadNumbers(target.Numbers.AsSpan(0, count));
        }

        _next += count;
    }

    private void ReadNumbers(Span<long> destination)
    {
        destination.Clear();
        for (var place = 0; place < _size; place++)
        {
            var stream = Stream(place, destination.Length);
            for (var i = 0; i < stream.Length; i++)
            {
                destination[i] |= (long)stream[i] << (8 * place);
            }
        }

        if (_size == sizeof(int))
        {
            Widen(destination);
        }
    }

    private static void Widen(Span<long> numbers)
    {
        foreach (ref var number in numbers)
        {
            number = (int)number;
        }
    }

    private void ReadBytes(ColumnValues target, int count)
    {
        // As many bytes as the streams hold for these values, so that the page bounds the buffer.
        _bytes = _bytes.Length < count * _size ? new byte[count * _size] : _bytes;
        for (var place = 0; place < _size; place++)
        {
            var stream = Stream(place, count);
            for (var i = 0; i < stream.Length; i++)
            {
                _bytes[(i * _size) + place] = stream[i];
            }
        }

        for (var i = 0; i < count; i++)
        {
            target.Slices[i] = new ByteSlice(i * _size, _size);
        }

        target.Bytes = _bytes;
    }

    /// <summary>The bytes of one place in the next values.</summary>
    private ReadOnlySpan<byte> Stream(int place, int count) =>
        _page.Data.AsSpan(_page.Start + (place * _valueCount) + _next, count);
}
