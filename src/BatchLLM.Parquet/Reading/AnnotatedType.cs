using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// Finds a column's meaning: from the logical type, else the older converted type, else from how it is stored. An
/// annotation that does not go with the physical type is passed over, as the format asks of readers.
/// </summary>
internal static class AnnotatedType
{
    /// <summary>More digits than any writer offers; bounds what one value can cost.</summary>
    private const int MaxPrecision = 1024;

    /// <summary>The column's type.</summary>
    public static ParquetColumnType Resolve(SchemaElement leaf)
    {
        var stored = Stored(leaf);
        return (leaf.Logical is { } logical ? FromLogical(logical, stored) : null)
            ?? FromConverted(leaf, stored)
            ?? stored;
    }

    private static ParquetColumnType Stored(SchemaElement leaf) => leaf.Type switch
    {
        ParquetPhysicalType.Boolean => ParquetColumnType.Boolean,
        ParquetPhysicalType.Int32 => ParquetColumnType.Int32,
        ParquetPhysicalType.Int64 => ParquetColumnType.Int64,
        ParquetPhysicalType.Float => ParquetColumnType.Float,
        ParquetPhysicalType.Double => ParquetColumnType.Double,
        ParquetPhysicalType.Int96 => ParquetColumnType.TimestampInt96,
        ParquetPhysicalType.FixedLengthByteArray => ParquetColumnType.Binary with
        {
            Physical = ParquetPhysicalType.FixedLengthByteArray,
            Length = leaf.TypeLength,
        },
        _ => ParquetColumnType.Binary,
    };

    private static ParquetColumnType? FromLogical(LogicalAnnotation logical, ParquetColumnType stored) => logical switch
    {
        { Type: LogicalType.String or LogicalType.Enum } => Bytes(stored, ParquetValueKind.Text),
        { Type: LogicalType.Json } => Bytes(stored, ParquetValueKind.Json),
        { Type: LogicalType.Decimal } => Decimal(stored, logical.Precision, logical.Scale),
        { Type: LogicalType.Date } => Int32(stored, ParquetValueKind.Date),
        { Type: LogicalType.Time } => Timed(stored, ParquetValueKind.Time, logical.Unit, logical.IsAdjustedToUtc),
        { Type: LogicalType.Timestamp } =>
            Timed(stored, ParquetValueKind.Timestamp, logical.Unit, logical.IsAdjustedToUtc),
        { Type: LogicalType.Integer } => Integer(stored, logical.IsSigned),
        { Type: LogicalType.Uuid } => Fixed(stored, ParquetValueKind.Uuid, 16),
        { Type: LogicalType.Float16 } => Fixed(stored, ParquetValueKind.Real, 2),
        _ => null,
    };

    private static ParquetColumnType? FromConverted(SchemaElement leaf, ParquetColumnType stored)
    {
        return leaf.ConvertedType switch
        {
            ConvertedType.Utf8 or ConvertedType.Enum => Bytes(stored, ParquetValueKind.Text),
            ConvertedType.Json => Bytes(stored, ParquetValueKind.Json),
            ConvertedType.Decimal => Decimal(stored, leaf.Precision, leaf.Scale),
            ConvertedType.Date => Int32(stored, ParquetValueKind.Date),
            ConvertedType.TimeMillis => Timed(stored, ParquetValueKind.Time, ParquetTimeUnit.Milliseconds, true),
            ConvertedType.TimeMicros => Timed(stored, ParquetValueKind.Time, ParquetTimeUnit.Microseconds, true),
            ConvertedType.TimestampMillis =>
                Timed(stored, ParquetValueKind.Timestamp, ParquetTimeUnit.Milliseconds, true),
            ConvertedType.TimestampMicros =>
                Timed(stored, ParquetValueKind.Timestamp, ParquetTimeUnit.Microseconds, true),
            ConvertedType.Interval => Fixed(stored, ParquetValueKind.Interval, 12),
            >= ConvertedType.UInt8 and <= ConvertedType.UInt64 => Integer(stored, isSigned: false),
            >= ConvertedType.Int8 and <= ConvertedType.Int64 => Integer(stored, isSigned: true),
            _ => null,
        };
    }

    private static ParquetColumnType? Bytes(ParquetColumnType stored, ParquetValueKind kind) =>
        stored.Physical is ParquetPhysicalType.ByteArray or ParquetPhysicalType.FixedLengthByteArray
            ? stored with { Kind = kind }
            : null;

    private static ParquetColumnType? Int32(ParquetColumnType stored, ParquetValueKind kind) =>
        stored.Physical == ParquetPhysicalType.Int32 ? stored with { Kind = kind } : null;

    private static ParquetColumnType? Fixed(ParquetColumnType stored, ParquetValueKind kind, int length) =>
        stored.Length == length ? stored with { Kind = kind } : null;

    private static ParquetColumnType? Integer(ParquetColumnType stored, bool isSigned) => stored.Physical switch
    {
        ParquetPhysicalType.Int32 => stored with { IsUnsigned = !isSigned },
        ParquetPhysicalType.Int64 when !isSigned => ParquetColumnType.UInt64,
        ParquetPhysicalType.Int64 => stored,
        _ => null,
    };

    private static ParquetColumnType? Timed(
        ParquetColumnType stored, ParquetValueKind kind, ParquetTimeUnit? unit, bool isAdjustedToUtc)
    {
        var isShort = kind == ParquetValueKind.Time && unit == ParquetTimeUnit.Milliseconds;
        var physical = isShort ? ParquetPhysicalType.Int32 : ParquetPhysicalType.Int64;
        return unit is { } known && stored.Physical == physical
            ? stored with { Kind = kind, Unit = known, IsAdjustedToUtc = isAdjustedToUtc }
            : null;
    }

    private static ParquetColumnType? Decimal(ParquetColumnType stored, int precision, int scale)
    {
        var isStorable = stored.Kind is ParquetValueKind.Integer or ParquetValueKind.Binary;
        return isStorable && precision is > 0 and <= MaxPrecision && scale >= 0 && scale <= precision
            ? stored with { Kind = ParquetValueKind.Decimal, Precision = precision, Scale = scale }
            : null;
    }
}
