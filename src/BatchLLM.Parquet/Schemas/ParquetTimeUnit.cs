namespace BatchLLM.Parquet.Schemas;

/// <summary>The unit of a stored time or timestamp.</summary>
public enum ParquetTimeUnit
{
    /// <summary>1/1,000 second.</summary>
    Milliseconds,

    /// <summary>1/1,000,000 second.</summary>
    Microseconds,

    /// <summary>1/1,000,000,000 second.</summary>
    Nanoseconds,
}
