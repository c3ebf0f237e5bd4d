namespace BatchLLM.Parquet.Values;

/// <summary>One value inside a larger buffer.</summary>
/// <param name="Offset">Index of its first byte.</param>
/// <param name="Length">Its size in bytes.</param>
internal readonly record struct ByteSlice(int Offset, int Length);
