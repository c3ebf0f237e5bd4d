using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Encodings;

/// <summary>DELTA_BINARY_PACKED integers of 32 or 64 bits.</summary>
internal sealed class DeltaNumberDecoder(PageValues page) : ValueDecoder
{
    private readonly bool _isShort = page.Type.Physical == ParquetPhysicalType.Int32;
    private readonly DeltaIntegers _integers = new(page, page.Start);

    /// <inheritdoc/>
    public override void Read(ColumnValues target, int count)
    {
        var numbers = target.Numbers.AsSpan(0, count);
        _integers.Read(numbers);
        if (!_isShort)
        {
            return;
        }

        foreach (ref var number in numbers)
        {
            number = (int)number;
        }
    }
}
