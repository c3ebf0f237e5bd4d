namespace BatchLLM.Parquet.Writing;

/// <summary>Where a page ends, counted from the start of its chunk. A page always ends with a whole row.</summary>
/// <param name="Rows">Rows.</param>
/// <param name="Levels">Levels, which are one per row, or one per element and empty list.</param>
/// <param name="Values">Values that are not null.</param>
/// <param name="Bytes">Bytes of values in the PLAIN encoding; one per value for booleans.</param>
internal readonly record struct PageMark(int Rows, int Levels, int Values, int Bytes);
