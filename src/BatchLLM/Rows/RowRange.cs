namespace BatchLLM.Rows;

/// <summary>A contiguous range of rows of one file, with what a reader needs to start there without reading before it.</summary>
/// <param name="FirstRow">1-based number of the first row.</param>
/// <param name="RowCount">How many rows the range holds.</param>
/// <param name="ByteOffset">Where the first row begins in a text file; 0 for formats with an index of their own.</param>
/// <param name="FirstLine">1-based line number at <paramref name="ByteOffset"/> in a text file; else 0.</param>
public readonly record struct RowRange(long FirstRow, long RowCount, long ByteOffset, long FirstLine);
