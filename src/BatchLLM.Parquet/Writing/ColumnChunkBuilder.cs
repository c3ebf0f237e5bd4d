using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet.Writing;

/// <summary>
/// Collects one column's values of one row group, already in the PLAIN encoding, and where its pages end.
/// </summary>
/// <param name="column">The column, with its levels.</param>
/// <param name="path">The names from the root to its values, as the footer lists them.</param>
/// <param name="options">Says where pages end.</param>
internal sealed class ColumnChunkBuilder(
    ParquetColumnSchema column, IReadOnlyList<string> path, ParquetWriterOptions options)
{
    private readonly List<PageMark> _pages = [];
    private readonly List<PageSummary> _summaries = [];
    private int _rowsInPage;

    /// <summary>The column.</summary>
    public ParquetColumnSchema Column { get; } = column;

    /// <summary>The names from the root to its values.</summary>
    public IReadOnlyList<string> Path { get; } = path;

    /// <summary>Definition levels, one byte each; left empty if no value can be missing.</summary>
    public ByteBuffer Definitions { get; } = new();

    /// <summary>Repetition levels, one byte each; left empty unless the column holds lists.</summary>
    public ByteBuffer Repetitions { get; } = new();

    /// <summary>Values in the PLAIN encoding; booleans take a byte each until they are packed.</summary>
    public ByteBuffer Plain { get; } = new();

    /// <summary>The different values, as long as collecting them promises to pay.</summary>
    public DictionaryBuilder Dictionary { get; } = new();

    /// <summary>Smallest, largest, nulls of the pages that are closed.</summary>
    public ColumnStatistics Statistics { get; } = new(column.Type);

    /// <summary>The same of the page that is open: each value goes here.</summary>
    public ColumnStatistics PageStatistics { get; } = new(column.Type);

    /// <summary>The ends of the pages that are closed.</summary>
    public IReadOnlyList<PageMark> Pages => _pages;

    /// <summary>What the index says about the pages that are closed.</summary>
    public IReadOnlyList<PageSummary> Summaries => _summaries;

    /// <summary>Rows begun.</summary>
    public int RowCount { get; private set; }

    /// <summary>Levels: one per row, or one per element and empty list.</summary>
    public int LevelCount { get; private set; }

    /// <summary>Values that are not null.</summary>
    public int ValueCount { get; private set; }

    /// <summary>Bytes held for the current row group.</summary>
    public long BufferedBytes =>
        (long)Plain.Length + Definitions.Length + Repetitions.Length + Dictionary.BufferedBytes;

    /// <summary>Closes the last page: no more rows come.</summary>
    public void Close()
    {
        if (_rowsInPage > 0)
        {
            ClosePage();
        }
    }

    /// <summary>Begins a row; closes the page before if it is full.</summary>
    public void BeginRow()
    {
        var pageStart = _pages.Count > 0 ? _pages[^1].Bytes : 0;
        if (_rowsInPage >= options.PageRows || Plain.Length - pageStart >= options.PageBytes)
        {
            ClosePage();
        }

        _rowsInPage++;
        RowCount++;
    }

    /// <summary>Adds the levels of one value, or of a place where one is missing.</summary>
    /// <param name="definition">Level up to which there is something: the column's largest for a value.</param>
    /// <param name="repetition">Level of the list whose second or later element it is; 0 for a new row.</param>
    public void AddLevels(int definition, int repetition)
    {
        LevelCount++;
        if (Column.MaxDefinition > 0)
        {
            Definitions.Append((byte)definition);
        }

        if (Column.MaxRepetition > 0)
        {
            Repetitions.Append((byte)repetition);
        }
    }

    /// <summary>Adds a value whose levels were added.</summary>
    /// <param name="value">Its bytes, without a length before them.</param>
    public void AddValue(ReadOnlySpan<byte> value)
    {
        ValueCount++;
        if (Column.Type.Physical == ParquetPhysicalType.ByteArray)
        {
            Plain.AppendLength(value.Length);
        }

        Plain.Append(value);
        if (Column.Type.Physical != ParquetPhysicalType.Boolean)
        {
            Dictionary.Add(value);
        }
    }

    /// <summary>Starts anew for the next row group.</summary>
    public void Clear()
    {
        Definitions.Clear();
        Repetitions.Clear();
        Plain.Clear();
        Dictionary.Clear();
        Statistics.Clear();
        _pages.Clear();
        _summaries.Clear();
        (_rowsInPage, RowCount, LevelCount, ValueCount) = (0, 0, 0, 0);
    }

    private void ClosePage()
    {
        var valuesBefore = _pages.Count > 0 ? _pages[^1].Values : 0;
        var values = ValueCount - valuesBefore;
        _pages.Add(new PageMark(RowCount, LevelCount, ValueCount, Plain.Length));
        _summaries.Add(new PageSummary(PageStatistics.Bounds(), values, PageStatistics.NullCount));
        Statistics.Add(PageStatistics);
        PageStatistics.Clear();
        _rowsInPage = 0;
    }
}
