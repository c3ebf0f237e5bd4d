using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Encodings;

/// <summary>PLAIN booleans: one bit each, least significant first.</summary>
internal sealed class PlainBooleanDecoder(PageValues page) : ValueDecoder
{
    private long _bit = 8L * page.Start;

    /// <inheritdoc/>
    public override void Read(ColumnValues target, int count)
    {
        if (_bit + count > 8L * page.End)
        {
            throw page.Place.Damaged($"booleans end at byte {page.End - page.Start}; expected {count} more bits");
        }

        for (var i = 0; i < count; i++, _bit++)
        {
            target.Numbers[i] = (page.Data[_bit >> 3] >> (int)(_bit & 7)) & 1;
        }
    }
}
