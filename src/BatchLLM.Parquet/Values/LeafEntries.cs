using System.Buffers;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet.Values;

/// <summary>
/// What was read of one nested column and not yet given out: the levels of every entry, and the values in the places of
/// the innermost list. An entry is a value, a null, or a list that is empty or absent.
/// </summary>
internal sealed class LeafEntries : IDisposable
{
    private readonly ParquetColumnSchema _column;
    private readonly PagePlace _place;
    private readonly int _elementLevel;

    /// <summary>Rented arrays with values that are held, and the place after their last, counted from the chunk's first.</summary>
    private readonly Queue<(byte[] Bytes, long End)> _copies = new();

    private byte[] _repetitions = [];
    private byte[] _definitions = [];
    private int _count;
    private int _placeCount;
    private int _given;
    private long _droppedPlaces;

    /// <param name="column">The column.</param>
    /// <param name="values">Receives the values; nobody else writes to it.</param>
    /// <param name="place">For messages.</param>
    public LeafEntries(ParquetColumnSchema column, ColumnValues values, PagePlace place)
    {
        (_column, Values, _place) = (column, values, place);
        _elementLevel = column.ElementLevels[^1];
    }

    /// <summary>The values, from the first row that was given out last.</summary>
    public ColumnValues Values { get; }

    /// <summary>Entries that are held.</summary>
    public int Count => _count;

    /// <summary>Rows that begin among the entries; the last one may go on in entries that are still to come.</summary>
    public int Rows { get; private set; }

    /// <summary>Bytes copied since rows were last dropped; those of dictionaries are not.</summary>
    public long CopiedBytes { get; private set; }

    /// <summary>Repetition levels of the rows given out.</summary>
    public ReadOnlySpan<byte> Repetitions => _repetitions.AsSpan(0, _given);

    /// <summary>Definition levels of the rows given out.</summary>
    public ReadOnlySpan<byte> Definitions => _definitions.AsSpan(0, _given);

    /// <summary>The rows given out do not fit those of another column under the same group.</summary>
    public ParquetException Misfit(string name) =>
        _place.Damaged($"its levels contradict those of the first column in '{name}'");

    /// <summary>Adds the next entries of a page.</summary>
    /// <param name="page">The page.</param>
    /// <param name="count">At most what the page has ready, and what the buffer has room for.</param>
    /// <param name="buffer">Where the page puts its values first.</param>
    public void Add(DataPage page, int count, ColumnValues buffer)
    {
        Reserve(_count + count);
        var added = _count..(_count + count);
        page.ReadLevels(_repetitions.AsSpan(added), _definitions.AsSpan(added), buffer.Indices);
        CheckRepetitions(added);
        _count += count;
        Rows += _repetitions.AsSpan(added).Count((byte)0);
        var present = _definitions.AsSpan(added).Count((byte)_column.MaxDefinition);
        page.ReadValues(buffer, present);
        var isCopied = _column.Type.IsBytes && !page.KeepsBytes && present > 0;
        var bytes = isCopied ? Copy(buffer, present) : buffer.Bytes;
        Place(added, buffer, bytes);
        if (isCopied)
        {
            _copies.Enqueue((bytes, _droppedPlaces + _placeCount));
        }
    }

    /// <summary>Gives out the first rows, which are complete.</summary>
    public void Give(int rows)
    {
        _given = 0;
        for (var begun = 0; _given < _count; _given++)
        {
            begun += _repetitions[_given] == 0 ? 1 : 0;
            if (begun > rows)
            {
                return;
            }
        }
    }

    /// <summary>Forgets the rows given out.</summary>
    public void DropGiven()
    {
        var given = CountPlaces(Definitions);
        Values.Drop(given, _placeCount - given);
        _placeCount -= given;
        _droppedPlaces += given;
        while (_copies.TryPeek(out var copy) && copy.End <= _droppedPlaces)
        {
            ArrayPool<byte>.Shared.Return(_copies.Dequeue().Bytes);
        }

        Rows -= Repetitions.Count((byte)0);
        _repetitions.AsSpan(_given.._count).CopyTo(_repetitions);
        _definitions.AsSpan(_given.._count).CopyTo(_definitions);
        (_count, _given) = (_count - _given, 0);
        CopiedBytes = 0;
    }

    /// <summary>Gives the arrays of values back: what was given out is not valid any more.</summary>
    public void Dispose()
    {
        while (_copies.TryDequeue(out var copy))
        {
            ArrayPool<byte>.Shared.Return(copy.Bytes);
        }
    }

    private void Reserve(int count)
    {
        if (count > _repetitions.Length)
        {
            Array.Resize(ref _repetitions, Math.Max(count, 2 * _repetitions.Length));
            Array.Resize(ref _definitions, _repetitions.Length);
        }

        Values.GrowValues(_placeCount + count - _count);
    }

    /// <summary>A chunk begins with a row, and only a list that has an element can have another.</summary>
    private void CheckRepetitions(Range added)
    {
        for (var i = added.Start.Value; i < added.End.Value; i++)
        {
            var repetition = _repetitions[i];
            if (repetition == 0)
            {
                continue;
            }

            if (i == 0)
            {
                throw _place.Damaged($"the first repetition level is {repetition}; expected 0");
            }

            var element = _column.ElementLevels[repetition];
            var (before, here) = (_definitions[i - 1], _definitions[i]);
            if (Math.Min(before, here) < element)
            {
                throw _place.Damaged(
                    $"repetition level {repetition} joins definition levels {before} and {here}; expected at least {element}");
            }
        }
    }

    private void Place(Range added, ColumnValues buffer, byte[] bytes)
    {
        var next = 0;
        foreach (var definition in _definitions.AsSpan(added))
        {
            if (definition < _elementLevel)
            {
                continue;
            }

            var isPresent = definition == _column.MaxDefinition;
            Values.Defined[_placeCount] = (byte)(isPresent ? 1 : 0);
            if (isPresent)
            {
                Put(buffer, next++, bytes);
            }

            _placeCount++;
        }
    }

    private void Put(ColumnValues buffer, int index, byte[] bytes)
    {
        if (_column.Type.IsBytes)
        {
            var slice = buffer.Slices[index];
            Values.Segments[_placeCount] = new ArraySegment<byte>(bytes, slice.Offset, slice.Length);
        }
        else
        {
            Values.Numbers[_placeCount] = buffer.Numbers[index];
        }
    }

    /// <summary>The page's bytes are overwritten by the next page's: the values move together to an array of their own.</summary>
    private byte[] Copy(ColumnValues buffer, int count)
    {
        var slices = buffer.Slices.AsSpan(0, count);
        var bytes = ArrayPool<byte>.Shared.Rent(TotalLength(slices));
        var used = 0;
        foreach (ref var slice in slices)
        {
            buffer.Bytes.AsSpan(slice.Offset, slice.Length).CopyTo(bytes.AsSpan(used));
            slice = new ByteSlice(used, slice.Length);
            used += slice.Length;
        }

        CopiedBytes += used;
        return bytes;
    }

    private static int TotalLength(ReadOnlySpan<ByteSlice> slices)
    {
        var total = 0;
        foreach (var slice in slices)
        {
            total = checked(total + slice.Length);
        }

        return total;
    }

    private int CountPlaces(ReadOnlySpan<byte> definitions)
    {
        var places = 0;
        foreach (var definition in definitions)
        {
            places += definition >= _elementLevel ? 1 : 0;
        }

        return places;
    }
}
