namespace BatchLLM.Parquet.Schemas;

/// <summary>How a value is stored; the numbers are those of the format's <c>Type</c>.</summary>
public enum ParquetPhysicalType
{
    /// <summary>One bit.</summary>
    Boolean = 0,

    /// <summary>32-bit integer.</summary>
    Int32 = 1,

    /// <summary>64-bit integer.</summary>
    Int64 = 2,

    /// <summary>Deprecated timestamp of 12 bytes: nanoseconds of the day, then the Julian day.</summary>
    Int96 = 3,

    /// <summary>IEEE single precision.</summary>
    Float = 4,

    /// <summary>IEEE double precision.</summary>
    Double = 5,

    /// <summary>Bytes of any length.</summary>
    ByteArray = 6,

    /// <summary>Bytes of the column's one length.</summary>
    FixedLengthByteArray = 7,
}
