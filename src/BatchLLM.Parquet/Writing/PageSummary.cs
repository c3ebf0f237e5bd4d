namespace BatchLLM.Parquet.Writing;

/// <summary>What the chunk's index says about one page.</summary>
/// <param name="Bounds">Null if no value has a place in the order.</param>
/// <param name="ValueCount">Values that are not null.</param>
/// <param name="NullCount">Nulls.</param>
internal readonly record struct PageSummary(ValueBounds? Bounds, int ValueCount, long NullCount);
