using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Reading;

/// <summary>An opened data page, read forward a few entries at a time; those of a flat column are its rows.</summary>
/// <param name="repetitions">Says which entries begin a row, or an element of which list.</param>
/// <param name="definitions">Says which entries have a value, and how far the others are there.</param>
/// <param name="values">The values alone.</param>
/// <param name="rows">Entries in the page.</param>
internal sealed class DataPage(LevelDecoder repetitions, LevelDecoder definitions, ValueDecoder values, int rows)
{
    /// <summary>Entries not yet read.</summary>
    public int RowsLeft { get; private set; } = rows;

    /// <summary>True if the bytes of the values stay as they are when the next page is read.</summary>
    public bool KeepsBytes => values is DictionaryDecoder;

    /// <summary>Waits for the next values, before anything of them is asked.</summary>
    public ValueTask LoadAsync() => values.LoadAsync();

    /// <summary>Entries that can be read at once; at least 1.</summary>
    /// <param name="most">How many are wanted; at least 1 and at most <see cref="RowsLeft"/>.</param>
    public int Ready(int most) => values.Ready(most);

    /// <summary>Reads the next rows of a flat column into the first places of the target.</summary>
    /// <param name="target">Has room for them.</param>
    /// <param name="count">At most what was <see cref="Ready"/>.</param>
    public void Read(ColumnValues target, int count)
    {
        var defined = definitions.ReadDefined(target.Defined.AsSpan(0, count), target.Indices);
        values.Read(target, defined);
        target.HasNulls = defined < count;
        if (target.HasNulls)
        {
            target.Spread(count, defined);
        }

        RowsLeft -= count;
    }

    /// <summary>Reads the levels of the next entries; their values must be read next.</summary>
    /// <param name="repetition">Filled completely; as many as were <see cref="Ready"/>.</param>
    /// <param name="definition">As long, and filled completely.</param>
    /// <param name="room">Room for as many levels.</param>
    public void ReadLevels(Span<byte> repetition, Span<byte> definition, Span<int> room)
    {
        repetitions.Read(repetition, room);
        definitions.Read(definition, room);
        RowsLeft -= repetition.Length;
    }

    /// <summary>Reads the next values, side by side.</summary>
    public void ReadValues(ColumnValues target, int count) => values.Read(target, count);
}
