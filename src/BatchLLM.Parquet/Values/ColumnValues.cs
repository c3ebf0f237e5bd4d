using System.Runtime.CompilerServices;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet.Values;

/// <summary>
/// Values of one column: numbers, or slices of <see cref="Bytes"/>, never both. A batch has one place per row, a null's
/// place holding nothing of meaning. What is nested has one place per element of the list around it, grows as far as its
/// rows need, and holds its bytes as <see cref="Segments"/>; groups hold no values, but say which of their places are null
/// and where the elements of each begin.
/// </summary>
internal sealed class ColumnValues
{
    private readonly bool _isBytes;

    private ColumnValues(bool isBytes, int rows)
    {
        _isBytes = isBytes;
        Numbers = isBytes ? [] : new long[rows];
        Slices = isBytes ? new ByteSlice[rows] : [];
        Defined = new byte[rows];
        Indices = new int[rows];
    }

    /// <summary>Integers as they are; floating-point numbers as their bits.</summary>
    public long[] Numbers { get; private set; }

    /// <summary>Where each value stands in <see cref="Bytes"/>.</summary>
    public ByteSlice[] Slices { get; }

    /// <summary>What the slices refer to: the page or the dictionary.</summary>
    public byte[] Bytes { get; set; } = [];

    /// <summary>The bytes of each nested value; its rows may take them from several pages.</summary>
    public ArraySegment<byte>[] Segments { get; private set; } = [];

    /// <summary>
    /// 1 where there is a value, 0 where there is null; of no meaning if <see cref="HasNulls"/> is false.
    /// </summary>
    public byte[] Defined { get; private set; }

    /// <summary>True if one of the rows is null.</summary>
    public bool HasNulls { get; set; }

    /// <summary>Room for dictionary indices on their way to values.</summary>
    public int[] Indices { get; }

    /// <summary>
    /// Where the elements of each list begin among those of all; one more than there are places, so that the next one
    /// ends it.
    /// </summary>
    public int[] Offsets { get; private set; } = [];

    /// <summary>Room for a batch.</summary>
    public static ColumnValues ForRows(ParquetColumnType type, int rows) => new(type.IsBytes, rows);

    /// <summary>Room that <see cref="GrowValues"/> makes.</summary>
    public static ColumnValues ForElements(ParquetColumnType type) => new(type.IsBytes, rows: 0);

    /// <summary>Room that <see cref="GrowPlaces"/> makes.</summary>
    public static ColumnValues ForGroup() => new(isBytes: true, rows: 0);

    /// <summary>The bytes of a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // as ParquetColumn.IsNull
    public ReadOnlySpan<byte> BytesAt(int place) => Segments.Length > 0
        ? Segments[place].AsSpan()
        : Bytes.AsSpan(Slices[place].Offset, Slices[place].Length);

    /// <summary>Makes room for nested values, keeping those that are there.</summary>
    public void GrowValues(int places)
    {
        if (places > Defined.Length)
        {
            var size = Math.Max(places, 2 * Defined.Length);
            Defined = Enlarge(Defined, size);
            Numbers = _isBytes ? [] : Enlarge(Numbers, size);
            Segments = _isBytes ? Enlarge(Segments, size) : [];
        }
    }

    /// <summary>Makes room for the places of a group, whose content is lost.</summary>
    public void GrowPlaces(int places)
    {
        if (places >= Offsets.Length)
        {
            Defined = new byte[Math.Max(places, 2 * Defined.Length)];
            Offsets = new int[Defined.Length + 1];
        }
    }

    /// <summary>Moves nested values to the front, over those that are no longer wanted.</summary>
    /// <param name="first">Place of the first that is kept.</param>
    /// <param name="count">How many are kept.</param>
    public void Drop(int first, int count)
    {
        Defined.AsSpan(first, count).CopyTo(Defined);
        if (_isBytes)
        {
            Segments.AsSpan(first, count).CopyTo(Segments);
        }
        else
        {
            Numbers.AsSpan(first, count).CopyTo(Numbers);
        }
    }

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

    private static T[] Enlarge<T>(T[] array, int size)
    {
        Array.Resize(ref array, size);
        return array;
    }
}
