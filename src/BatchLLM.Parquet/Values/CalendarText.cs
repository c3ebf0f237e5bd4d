using System.Buffers.Binary;
using System.Globalization;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet.Values;

/// <summary>
/// Days and times in ISO 8601, over the whole range that a file can hold. The calendar is the Gregorian one, also
/// before its introduction; years outside 0 to 9999 have a sign and six digits or more.
/// </summary>
internal static class CalendarText
{
    private const long SecondsPerDay = 86_400;
    private const long NanosPerSecond = 1_000_000_000;

    /// <summary>The calendar repeats itself after 400 years.</summary>
    private const long DaysPerCycle = 146_097;

    /// <summary>The Julian day that began at noon of 1970-01-01, by which INT96 counts days.</summary>
    internal const long JulianEpoch = 2_440_588;

    /// <summary>A day.</summary>
    /// <param name="days">Days since 1970-01-01.</param>
    public static string Date(long days)
    {
        var cycle = FloorDivide(days, DaysPerCycle);
        var date = new DateOnly(1970, 1, 1).AddDays((int)(days - (cycle * DaysPerCycle)));
        var year = date.Year + (400 * cycle);
        var yearFormat = year is >= 0 and <= 9999 ? "0000" : "+000000;-000000";
        return year.ToString(yearFormat, CultureInfo.InvariantCulture)
            + date.ToString("-MM-dd", CultureInfo.InvariantCulture);
    }

    /// <summary>A time of day; one outside the day is shown with as many hours as it has.</summary>
    public static string Time(long value, ParquetTimeUnit unit, bool isUtc)
    {
        var perSecond = UnitsPerSecond(unit);
        var sign = value < 0 ? "-" : "";
        var magnitude = UInt128.CreateChecked(Int128.Abs(value));
        var seconds = (long)(magnitude / (ulong)perSecond);
        var nanos = (long)(magnitude % (ulong)perSecond) * (NanosPerSecond / perSecond);
        return sign + Clock(seconds, nanos) + (isUtc ? "Z" : "");
    }

    /// <summary>A day and a time of day.</summary>
    /// <param name="value">Units since 1970-01-01T00:00:00.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="isUtc">True if it is an instant in UTC.</param>
    public static string Timestamp(long value, ParquetTimeUnit unit, bool isUtc)
    {
        var perSecond = UnitsPerSecond(unit);
        var seconds = FloorDivide(value, perSecond);
        var nanos = (value - (seconds * perSecond)) * (NanosPerSecond / perSecond);
        return DateAndClock(0, seconds, nanos) + (isUtc ? "Z" : "");
    }

    /// <summary>The deprecated timestamp: nanoseconds of the day in 8 bytes, the Julian day in 4.</summary>
    public static string Int96(ReadOnlySpan<byte> bytes)
    {
        var nanosOfDay = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        var days = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]) - JulianEpoch;
        var seconds = FloorDivide(nanosOfDay, NanosPerSecond);
        return DateAndClock(days, seconds, nanosOfDay - (seconds * NanosPerSecond));
    }

    /// <summary>A duration: months, days and milliseconds, each of 4 bytes without sign.</summary>
    public static string Interval(ReadOnlySpan<byte> bytes)
    {
        var months = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        var days = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        var millis = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        var fraction = millis % 1000 == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $".{millis % 1000:D3}");
        return string.Create(CultureInfo.InvariantCulture, $"P{months}M{days}DT{millis / 1000}{fraction}S");
    }

    private static string DateAndClock(long days, long seconds, long nanos)
    {
        var carried = FloorDivide(seconds, SecondsPerDay);
        return $"{Date(days + carried)}T{Clock(seconds - (carried * SecondsPerDay), nanos)}";
    }

    private static string Clock(long seconds, long nanos)
    {
        var clock = string.Create(
            CultureInfo.InvariantCulture, $"{seconds / 3600:D2}:{seconds / 60 % 60:D2}:{seconds % 60:D2}");
        return clock + Fraction(nanos);
    }

    /// <summary>No digits, or three, six or nine: the fewest that are exact.</summary>
    private static string Fraction(long nanos) => nanos switch
    {
        0 => "",
        _ when nanos % 1_000_000 == 0 => (nanos / 1_000_000).ToString("'.'000", CultureInfo.InvariantCulture),
        _ when nanos % 1_000 == 0 => (nanos / 1_000).ToString("'.'000000", CultureInfo.InvariantCulture),
        _ => nanos.ToString("'.'000000000", CultureInfo.InvariantCulture),
    };

    /// <summary>How many make a second.</summary>
    internal static long UnitsPerSecond(ParquetTimeUnit unit) => unit switch
    {
        ParquetTimeUnit.Milliseconds => 1_000,
        ParquetTimeUnit.Microseconds => 1_000_000,
        _ => NanosPerSecond,
    };

    private static long FloorDivide(long value, long divisor)
    {
        var quotient = value / divisor;
        return value % divisor < 0 ? quotient - 1 : quotient;
    }
}
