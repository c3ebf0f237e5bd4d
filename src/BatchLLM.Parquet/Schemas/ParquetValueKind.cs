namespace BatchLLM.Parquet.Schemas;

/// <summary>
/// What a column's values mean: the logical type, or the older converted type, or else the physical type.
/// </summary>
public enum ParquetValueKind
{
    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>An integer that fits 64 bits with sign.</summary>
    Integer,

    /// <summary>An integer of 64 bits without sign.</summary>
    UnsignedInteger,

    /// <summary>A floating-point number of 16, 32 or 64 bits.</summary>
    Real,

    /// <summary>An exact decimal number of any precision.</summary>
    Decimal,

    /// <summary>A calendar day.</summary>
    Date,

    /// <summary>A time of day.</summary>
    Time,

    /// <summary>A day and a time of day.</summary>
    Timestamp,

    /// <summary>Months, days and milliseconds.</summary>
    Interval,

    /// <summary>A universally unique identifier.</summary>
    Uuid,

    /// <summary>UTF-8 text, also the names of an enumeration.</summary>
    Text,

    /// <summary>UTF-8 text that is a JSON document.</summary>
    Json,

    /// <summary>Bytes without a declared meaning. Older writers store text this way.</summary>
    Binary,
}
