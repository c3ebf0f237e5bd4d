using System.Buffers.Binary;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Encodings;

/// <summary>PLAIN byte arrays: a length of 4 bytes, then the bytes. Values stay where they are, in the page.</summary>
internal sealed class PlainByteArrayDecoder(PageValues page) : ValueDecoder
{
    private int _position = page.Start;

    /// <inheritdoc/>
    public override void Read(ColumnValues target, int count)
    {
        target.Bytes = page.Data;
        var slices = target.Slices.AsSpan(0, count);
        var data = page.Data.AsSpan(0, page.End);
        var position = _position;
        for (var i = 0; i < slices.Length; i++)
        {
            var length = data.Length - position < 4 ? -1 : BinaryPrimitives.ReadInt32LittleEndian(data[position..]);
            position += 4;
            if (length < 0 || length > data.Length - position)
            {
                throw Overrun(position - 4, length);
            }

            slices[i] = new ByteSlice(position, length);
            position += length;
        }

        _position = position;
    }

    private ParquetException Overrun(int position, int length) => page.Place.Damaged(
        $"at byte {position - page.Start} of {page.End - page.Start} a value claims {length} bytes");
}
