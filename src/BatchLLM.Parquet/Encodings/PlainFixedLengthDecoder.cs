using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Encodings;

/// <summary>PLAIN values of one length: the bytes alone. Values stay where they are, in the page.</summary>
internal sealed class PlainFixedLengthDecoder(PageValues page) : ValueDecoder
{
    private readonly int _size = page.Type.PlainSize;
    private int _position = page.Start;

    /// <inheritdoc/>
    public override void Read(ColumnValues target, int count)
    {
        if ((long)count * _size > page.End - _position)
        {
            throw page.Place.Damaged(
                $"values end at byte {page.End - page.Start}; expected {count} more of {_size} bytes");
        }

        target.Bytes = page.Data;
        for (var i = 0; i < count; i++, _position += _size)
        {
            target.Slices[i] = new ByteSlice(_position, _size);
        }
    }
}
