namespace BatchLLM.Parquet.Writing;

/// <summary>Where a chunk's index stands in the file.</summary>
/// <param name="Offset">In bytes from the start of the file.</param>
/// <param name="Length">In bytes.</param>
internal readonly record struct IndexPlace(long Offset, int Length);
