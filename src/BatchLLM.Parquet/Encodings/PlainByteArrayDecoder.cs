using System.Buffers.Binary;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Encodings;

/// <summary>PLAIN byte arrays: a length of 4 bytes, then the bytes. Values stay where they are, in the page.</summary>
/// <param name="page">The values.</param>
/// <param name="found">Where the first of them stand, if that is known: all, unless one is wrong.</param>
internal sealed class PlainByteArrayDecoder(PageValues page, PageSlices? found = null) : ValueDecoder
{
    private int _position = found?.End ?? page.Start;
    private int _taken;

    /// <inheritdoc/>
    public override void Read(ColumnValues target, int count)
    {
        target.Bytes = page.Data;
        var known = Math.Min(count, (found?.Count ?? 0) - _taken);
        found?.CopyTo(_taken, target.Slices.AsSpan(0, known));
        _taken += known;
        ReadUnknown(target.Slices.AsSpan(known, count - known));
    }

    private void ReadUnknown(Span<ByteSlice> slices)
    {
        var data = page.Data.AsSpan(0, page.End);
        if (PlainSlices.Find(data, ref _position, slices) < slices.Length)
        {
            throw Overrun(_position, data.Length - _position < 4 ? -1 : BinaryPrimitives.ReadInt32LittleEndian(data[_position..]));
        }
    }

    private ParquetException Overrun(int position, int length) => page.Place.Damaged(
        $"at byte {position - page.Start} of {page.End - page.Start} a value claims {length} bytes");
}
