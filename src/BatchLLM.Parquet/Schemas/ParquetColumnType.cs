namespace BatchLLM.Parquet.Schemas;

/// <summary>How a column's values are stored and what they mean.</summary>
/// <param name="Physical">How values are stored.</param>
/// <param name="Kind">What they mean.</param>
public sealed record ParquetColumnType(ParquetPhysicalType Physical, ParquetValueKind Kind)
{
    /// <summary>True or false.</summary>
    public static ParquetColumnType Boolean { get; } = new(ParquetPhysicalType.Boolean, ParquetValueKind.Boolean);

    /// <summary>A signed 32-bit integer.</summary>
    public static ParquetColumnType Int32 { get; } = new(ParquetPhysicalType.Int32, ParquetValueKind.Integer);

    /// <summary>A signed 64-bit integer.</summary>
    public static ParquetColumnType Int64 { get; } = new(ParquetPhysicalType.Int64, ParquetValueKind.Integer);

    /// <summary>IEEE single precision.</summary>
    public static ParquetColumnType Float { get; } = new(ParquetPhysicalType.Float, ParquetValueKind.Real);

    /// <summary>IEEE double precision.</summary>
    public static ParquetColumnType Double { get; } = new(ParquetPhysicalType.Double, ParquetValueKind.Real);

    /// <summary>UTF-8 text.</summary>
    public static ParquetColumnType Text { get; } = new(ParquetPhysicalType.ByteArray, ParquetValueKind.Text);

    /// <summary>UTF-8 text that is a JSON document.</summary>
    public static ParquetColumnType Json { get; } = new(ParquetPhysicalType.ByteArray, ParquetValueKind.Json);

    /// <summary>Bytes.</summary>
    public static ParquetColumnType Binary { get; } = new(ParquetPhysicalType.ByteArray, ParquetValueKind.Binary);

    /// <summary>Days since 1970-01-01.</summary>
    public static ParquetColumnType Date { get; } = new(ParquetPhysicalType.Int32, ParquetValueKind.Date);

    /// <summary>Microseconds since 1970-01-01T00:00:00Z.</summary>
    public static ParquetColumnType TimestampMicros { get; } =
        new(ParquetPhysicalType.Int64, ParquetValueKind.Timestamp)
        {
            Unit = ParquetTimeUnit.Microseconds,
            IsAdjustedToUtc = true,
        };

    /// <summary>A 64-bit integer without sign.</summary>
    public static ParquetColumnType UInt64 { get; } =
        new(ParquetPhysicalType.Int64, ParquetValueKind.UnsignedInteger) { IsUnsigned = true };

    /// <summary>A universally unique identifier of 16 bytes.</summary>
    public static ParquetColumnType Uuid { get; } =
        new(ParquetPhysicalType.FixedLengthByteArray, ParquetValueKind.Uuid) { Length = 16 };

    /// <summary>Months, days and milliseconds, of 4 bytes each.</summary>
    public static ParquetColumnType Interval { get; } =
        new(ParquetPhysicalType.FixedLengthByteArray, ParquetValueKind.Interval) { Length = 12 };

    /// <summary>The deprecated timestamp of 12 bytes, of which the format does not say whether it is in UTC.</summary>
    public static ParquetColumnType TimestampInt96 { get; } =
        new(ParquetPhysicalType.Int96, ParquetValueKind.Timestamp) { Unit = ParquetTimeUnit.Nanoseconds };

    /// <summary>
    /// A list of signed 32-bit integers in each row, in the standard three-level form: what a writer is given. A reader
    /// finds a <see cref="ParquetField"/>.
    /// </summary>
    public static ParquetColumnType Int32List { get; } = Int32 with { IsList = true };

    /// <summary>True if every row holds a list of such values.</summary>
    public bool IsList { get; init; }

    /// <summary>Bytes per value of <see cref="ParquetPhysicalType.FixedLengthByteArray"/>; else 0.</summary>
    public int Length { get; init; }

    /// <summary>Unit of a time or timestamp; of no meaning otherwise.</summary>
    public ParquetTimeUnit Unit { get; init; }

    /// <summary>True if a time or timestamp is an instant in UTC; false if it is local to an unknown zone.</summary>
    public bool IsAdjustedToUtc { get; init; }

    /// <summary>True if an integer is stored without sign.</summary>
    public bool IsUnsigned { get; init; }

    /// <summary>Decimal digits after the point of a <see cref="ParquetValueKind.Decimal"/>.</summary>
    public int Scale { get; init; }

    /// <summary>Decimal digits in all of a <see cref="ParquetValueKind.Decimal"/>.</summary>
    public int Precision { get; init; }

    /// <summary>What it is on one line, which is another one for any other type: <c>decimal(18, 3) in int64</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Name} in {Physical}").ToLowerInvariant();

    private string Name => Kind switch
    {
        ParquetValueKind.Decimal => FormattableString.Invariant($"{Kind}({Precision}, {Scale})"),
        ParquetValueKind.Time or ParquetValueKind.Timestamp => $"{Kind}({Unit}{(IsAdjustedToUtc ? ", UTC" : "")})",
        _ => $"{Kind}",
    };

    /// <summary>True if values are byte slices, false if they are numbers of at most 64 bits.</summary>
    internal bool IsBytes => Physical is ParquetPhysicalType.ByteArray
        or ParquetPhysicalType.FixedLengthByteArray
        or ParquetPhysicalType.Int96;

    /// <summary>
    /// Bytes that a value takes in the PLAIN encoding: exact, or at least for byte arrays; 0 for bits.
    /// </summary>
    internal int PlainSize => Physical switch
    {
        ParquetPhysicalType.Boolean => 0,
        ParquetPhysicalType.Int32 or ParquetPhysicalType.Float or ParquetPhysicalType.ByteArray => 4,
        ParquetPhysicalType.Int64 or ParquetPhysicalType.Double => 8,
        ParquetPhysicalType.Int96 => 12,
        _ => Length,
    };
}
