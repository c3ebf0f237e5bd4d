namespace BatchLLM.Parquet.Writing;

/// <summary>The smallest and the largest value in the PLAIN encoding, without a length before them, or what lies beyond.</summary>
/// <param name="Min">Not above any value.</param>
/// <param name="IsMinExact">True if it is a value; false if it is the beginning of one.</param>
/// <param name="Max">Not below any value; null if every short bound is below one.</param>
/// <param name="IsMaxExact">True if it is a value.</param>
internal sealed record ValueBounds(byte[] Min, bool IsMinExact, byte[]? Max, bool IsMaxExact);
