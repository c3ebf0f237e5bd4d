using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Encodings;

/// <summary>
/// DELTA_LENGTH_BYTE_ARRAY: all lengths, delta-packed, then the bytes of all values. Values stay where they are, in the
/// page.
/// </summary>
internal sealed class DeltaLengthByteArrayDecoder : ValueDecoder
{
    private readonly PageValues _page;
    private readonly DeltaIntegers _lengths;
    private int _position;

    /// <param name="page">The data page.</param>
    /// <param name="start">Index of the first byte of the lengths.</param>
    public DeltaLengthByteArrayDecoder(PageValues page, int start)
    {
        (_page, _lengths) = (page, new DeltaIntegers(page, start));
        _position = new DeltaIntegers(page, start).PassOver();
    }

    /// <inheritdoc/>
    public override void Read(ColumnValues target, int count)
    {
        target.Bytes = _page.Data;
        ReadSlices(target.Slices.AsSpan(0, count));
    }

    /// <summary>Finds the next values in the page, as many as the destination holds.</summary>
    public void ReadSlices(Span<ByteSlice> destination)
    {
        Span<int> lengths = stackalloc int[64];
        while (!destination.IsEmpty)
        {
            lengths = lengths[..Math.Min(lengths.Length, destination.Length)];
            _lengths.Read(lengths);
            for (var i = 0; i < lengths.Length; i++)
            {
                destination[i] = Take(lengths[i]);
            }

            destination = destination[lengths.Length..];
        }
    }

    private ByteSlice Take(int length)
    {
        if (length < 0 || length > _page.End - _position)
        {
            throw _page.Place.Damaged($"a value claims {length} bytes; {_page.End - _position} are left");
        }

        var slice = new ByteSlice(_position, length);
        _position += length;
        return slice;
    }
}
