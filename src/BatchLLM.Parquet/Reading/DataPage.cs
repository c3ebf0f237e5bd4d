using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Reading;

/// <summary>An opened data page of a flat column, read forward a few rows at a time.</summary>
/// <param name="levels">Says which rows have a value; null if all have.</param>
/// <param name="values">The values alone.</param>
/// <param name="rows">Rows in the page.</param>
internal sealed class DataPage(HybridDecoder? levels, ValueDecoder values, int rows)
{
    /// <summary>Rows not yet read.</summary>
    public int RowsLeft { get; private set; } = rows;

    /// <summary>Rows that can be read at once; at least 1.</summary>
    /// <param name="most">How many are wanted; at least 1 and at most <see cref="RowsLeft"/>.</param>
    public int Ready(int most) => values.Ready(most);

    /// <summary>Reads the next rows into the first places of the target.</summary>
    /// <param name="target">Has room for them.</param>
    /// <param name="count">At most what was <see cref="Ready"/>.</param>
    public void Read(ColumnValues target, int count)
    {
        var defined = ReadLevels(target, count);
        values.Read(target, defined);
        target.HasNulls = defined < count;
        if (target.HasNulls)
        {
            target.Spread(count, defined);
        }

        RowsLeft -= count;
    }

    private int ReadLevels(ColumnValues target, int count)
    {
        if (levels is null)
        {
            return count;
        }

        var defined = target.Defined.AsSpan(0, count);
        levels.ReadBits(defined);
        return defined.Count((byte)1);
    }
}
