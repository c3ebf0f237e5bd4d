namespace BatchLLM.Parquet.Reading;

/// <summary>The rows that are wanted of one row group.</summary>
/// <param name="Index">0-based number of the row group.</param>
/// <param name="FirstRow">The first of them, counted in the row group.</param>
/// <param name="EndRow">The row behind the last of them.</param>
internal readonly record struct RowGroupPart(int Index, long FirstRow, long EndRow)
{
    /// <summary>The first row and the row behind the last one, counted in the file.</summary>
    public (long First, long End) RowsOf(IReadOnlyList<ParquetRowGroup> groups) =>
        (groups[Index].FirstRow + FirstRow, groups[Index].FirstRow + EndRow);
}
