namespace BatchLLM.Parquet;

/// <summary>A run of rows that is stored together; reading that begins at its first row skips nothing.</summary>
/// <param name="FirstRow">0-based number of its first row in the file.</param>
/// <param name="RowCount">Rows it holds.</param>
public readonly record struct ParquetRowGroup(long FirstRow, long RowCount);
