using System.Runtime.InteropServices;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Encodings;

/// <summary>PLAIN numbers of 4 or 8 bytes, little-endian, as the bits they are.</summary>
internal sealed class PlainNumberDecoder(PageValues page) : ValueDecoder
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

        var bytes = page.Data.AsSpan(_position, count * _size);
        if (_size == sizeof(long))
        {
            MemoryMarshal.Cast<byte, long>(bytes).CopyTo(target.Numbers);
        }
        else
        {
            Widen(MemoryMarshal.Cast<byte, int>(bytes), target.Numbers);
        }

        _position += bytes.Length;
    }

    private static void Widen(ReadOnlySpan<int> source, Span<long> destination)
    {
        for (var i = 0; i < source.Length; i++)
        {
            destination[i] = source[i];
        }
    }
}
