using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet.Values;

/// <summary>
/// Values of one column: numbers, or slices of <see cref="Bytes"/>, never both. A batch has one place per row, a null's
/// place holding nothing of meaning; a dictionary has one per entry.
/// </summary>
internal sealed class ColumnValues
{
    private ColumnValues(ParquetColumnType type, int capacity, int rows)
    {
        Numbers = type.IsBytes ? [] : new long[capacity];
        Slices = type.IsBytes ? new ByteSlice[capacity] : [];
        Defined = new byte[rows];
        Indices = new int[rows];
    }

    /// <summary>Integers as they are; floating-point numbers as their bits.</summary>
    public long[] Numbers { get; }

    /// <summary>Where each value stands in <see cref="Bytes"/>.</summary>
    public ByteSlice[] Slices { get; }

    /// <summary>What the slices refer to: the page or the dictionary.</summary>
    public byte[] Bytes { get; set; } = [];

    /// <summary>
    /// 1 where there is a value, 0 where there is null; of no meaning if <see cref="HasNulls"/> is false.
    /// </summary>
    public byte[] Defined { get; }

    /// <summary>True if one of the rows is null.</summary>
    public bool HasNulls { get; set; }

    /// <summary>Room for dictionary indices on their way to values.</summary>
    public int[] Indices { get; }

    /// <summary>Room for a batch.</summary>
    public static ColumnValues ForRows(ParquetColumnType type, int rows) => new(type, rows, rows);

    /// <summary>Room for a dictionary.</summary>
    public static ColumnValues ForDictionary(ParquetColumnType type, int entries) => new(type, entries, 0);

    /// <summary>Moves values that stand side by side to the rows they belong to.</summary>
    /// <param name="rows">Rows whose <see cref="Defined"/> is filled.</param>
    /// <param name="values">How many of them have a value.</param>
    public void Spread(int rows, int values)
    {
        if (Slices.Length > 0)
        {
            Spread(Slices, rows, values);
        }
        else
        {
            Spread(Numbers, rows, values);
        }
    }

    private void Spread<T>(T[] array, int rows, int values)
    {
        // From the end, because a value's row is never before its place.
        for (var row = rows - 1; values > 0; row--)
        {
            if (Defined[row] != 0)
            {
                array[row] = array[--values];
            }
        }
    }
}
