namespace BatchLLM.Parquet;

/// <summary>
/// Some consecutive rows, column by column. It is used again for the next rows: read what is needed before moving on.
/// </summary>
public sealed class ParquetBatch
{
    internal ParquetBatch(IReadOnlyList<ParquetColumn> columns) => Columns = columns;

    /// <summary>0-based number of the first row in the file.</summary>
    public long FirstRow { get; internal set; }

    /// <summary>Rows in the batch; the same in every column.</summary>
    public int RowCount { get; internal set; }

    /// <summary>The columns that were asked for, in the order asked.</summary>
    public IReadOnlyList<ParquetColumn> Columns { get; }
}
