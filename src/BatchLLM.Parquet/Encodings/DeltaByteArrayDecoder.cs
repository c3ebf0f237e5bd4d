using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Encodings;

/// <summary>
/// DELTA_BYTE_ARRAY: how many bytes each value shares with the one before it, delta-packed, then what follows the
/// shared bytes, as DELTA_LENGTH_BYTE_ARRAY. Values are put together in a buffer that the next ones overwrite.
/// </summary>
internal sealed class DeltaByteArrayDecoder : ValueDecoder
{
    /// <summary>
    /// Values read at once take at most so many bytes, or are one: a page of a megabyte may hold a thousand values that
    /// share most of it. One alone is never larger than its page.
    /// </summary>
    private const int MostBytes = 16 << 20;

    private readonly PageValues _page;
    private readonly DeltaIntegers _prefixReader;
    private readonly DeltaLengthByteArrayDecoder _suffixReader;

    // The values looked at and not read yet: where the next one stands in both arrays, and how many there are.
    private int[] _prefixes = [];
    private ByteSlice[] _suffixes = [];
    private int _next;
    private int _ahead;
    private int _lastLength;

    private byte[] _bytes = [];
    private ByteSlice _previous;

    /// <param name="page">The data page.</param>
    public DeltaByteArrayDecoder(PageValues page)
    {
        (_page, _prefixReader) = (page, new DeltaIntegers(page, page.Start));
        var suffixes = new DeltaIntegers(page, page.Start).PassOver();
        _suffixReader = new DeltaLengthByteArrayDecoder(page, suffixes);
    }

    /// <inheritdoc/>
    public override int Ready(int most)
    {
        LookAhead((int)Math.Min(most, _ahead + _prefixReader.Left));
        var total = 0L;
        for (var i = 0; i < Math.Min(most, _ahead); i++)
        {
            total += Length(_next + i);
            if (total > MostBytes)
            {
                return Math.Max(1, i);
            }
        }

        return most;
    }

    /// <inheritdoc/>
    public override void Read(ColumnValues target, int count)
    {
        LookAhead(count);
        var (shared, written) = (_bytes, 0);
        _bytes = RoomFor(count);
        for (var i = 0; i < count; i++, _next++)
        {
            var (prefix, suffix) = (_prefixes[_next], _suffixes[_next]);

            // The first value may share bytes that it overlaps: they are moved before anything is written over them.
            shared.AsSpan(_previous.Offset, prefix).CopyTo(_bytes.AsSpan(written));
            _page.Data.AsSpan(suffix.Offset, suffix.Length).CopyTo(_bytes.AsSpan(written + prefix));
            target.Slices[i] = _previous = new ByteSlice(written, prefix + suffix.Length);
            (shared, written) = (_bytes, written + prefix + suffix.Length);
        }

        _ahead -= count;
        target.Bytes = _bytes;
    }

    private byte[] RoomFor(int count)
    {
        var total = 0;
        for (var i = 0; i < count; i++)
        {
            total = checked(total + Length(_next + i));
        }

        return total > _bytes.Length ? new byte[Math.Max(total, Math.Min(2L * _bytes.Length, MostBytes))] : _bytes;
    }

    private int Length(int index) => _prefixes[index] + _suffixes[index].Length;

    /// <summary>Finds the lengths of as many values as wanted, unless they are known.</summary>
    private void LookAhead(int wanted)
    {
        if (wanted <= _ahead)
        {
            return;
        }

        MakeRoom(wanted);
        _prefixReader.Read(_prefixes.AsSpan(_ahead..wanted));
        _suffixReader.ReadSlices(_suffixes.AsSpan(_ahead..wanted));
        for (; _ahead < wanted; _ahead++)
        {
            _lastLength = CheckedLength(_prefixes[_ahead], _suffixes[_ahead].Length);
        }
    }

    private void MakeRoom(int wanted)
    {
        _prefixes.AsSpan(_next, _ahead).CopyTo(_prefixes);
        _suffixes.AsSpan(_next, _ahead).CopyTo(_suffixes);
        _next = 0;
        if (wanted > _prefixes.Length)
        {
            Array.Resize(ref _prefixes, wanted);
            Array.Resize(ref _suffixes, wanted);
        }
    }

    private int CheckedLength(int prefix, int suffix)
    {
        if (prefix < 0 || prefix > _lastLength)
        {
            throw _page.Place.Damaged(
                $"a value claims to share {prefix} bytes with the one before it, which has {_lastLength}");
        }

        var isFixed = _page.Type.Physical == ParquetPhysicalType.FixedLengthByteArray;
        return !isFixed || prefix + suffix == _page.Type.Length
            ? prefix + suffix
            : throw _page.Place.Damaged($"a value has {prefix + suffix} bytes; expected {_page.Type.Length}");
    }
}
