using System.Buffers.Binary;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Encodings;

/// <summary>RLE booleans: a length of 4 bytes, then hybrid runs of one bit.</summary>
internal sealed class RunLengthBooleanDecoder : ValueDecoder
{
    private readonly HybridDecoder _bits;

    private RunLengthBooleanDecoder(HybridDecoder bits) => _bits = bits;

    /// <summary>Reads the length; a page of nulls alone may leave it out.</summary>
    public static RunLengthBooleanDecoder Create(PageValues page)
    {
        var held = page.End - page.Start - sizeof(int);
        var length = held < 0 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(page.Data.AsSpan(page.Start));
        if (length < 0 || length > Math.Max(held, 0))
        {
            throw page.Place.Damaged($"booleans claim {length} bytes; expected at most {held}");
        }

        var start = held < 0 ? page.End : page.Start + sizeof(int);
        return new RunLengthBooleanDecoder(new HybridDecoder(page.Data, start..(start + length), 1, page.Place));
    }

    /// <inheritdoc/>
    public override void Read(ColumnValues target, int count)
    {
        var indices = target.Indices.AsSpan(0, count);
        _bits.Read(indices);
        for (var i = 0; i < indices.Length; i++)
        {
            target.Numbers[i] = indices[i];
        }
    }
}
