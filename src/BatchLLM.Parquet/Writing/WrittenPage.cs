namespace BatchLLM.Parquet.Writing;

/// <summary>A data page that stands in the file (the format's <c>PageLocation</c>).</summary>
/// <param name="Offset">Where its header begins, in bytes from the start of the file.</param>
/// <param name="Size">Bytes with its header.</param>
/// <param name="FirstRow">0-based number of its first row in the row group.</param>
internal readonly record struct WrittenPage(long Offset, int Size, long FirstRow);
