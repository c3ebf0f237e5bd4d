using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet.Values;

/// <summary>What <see cref="CalendarText"/> and <see cref="DecimalText"/> show, back to what is stored.</summary>
internal static class ValueText
{
    private const int SecondsPerDay = 86_400;
    private const int DaysPerCycle = 146_097;
    private const int YearsPerCycle = 400;

    /// <summary>A decimal without its point.</summary>
    /// <param name="text">All digits behind the point that the scale asks for.</param>
    /// <param name="scale">Digits behind the point.</param>
    /// <exception cref="FormatException">It is none, or has more or fewer digits behind the point.</exception>
    public static BigInteger Decimal(string text, int scale)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        return (point < 0 ? 0 : text.Length - point - 1) == scale
            ? BigInteger.Parse(point < 0 ? text : text.Remove(point, 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
            : throw new FormatException($"A decimal has other than {scale} digits behind its point.");
    }

    /// <summary>Days since 1970-01-01.</summary>
    /// <exception cref="FormatException">It is no day.</exception>
    public static long Date(ReadOnlySpan<char> text)
    {
        var year = long.Parse(text[..^6], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var cycle = (long)Math.Floor((double)(year - 1) / YearsPerCycle);
        var inCycle = string.Create(CultureInfo.InvariantCulture, $"{year - (cycle * YearsPerCycle):0000}{text[^6..]}");
        var date = DateOnly.ParseExact(inCycle, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        return date.DayNumber - new DateOnly(1970, 1, 1).DayNumber + (cycle * DaysPerCycle);
    }

    /// <summary>Units of a time of day.</summary>
    /// <exception cref="FormatException">It is no time.</exception>
    /// <exception cref="OverflowException">It is more than 64 bits hold.</exception>
    public static long Time(ReadOnlySpan<char> text, ParquetTimeUnit unit) =>
        checked((long)(text is ['-', .. var magnitude] ? -Clock(magnitude, unit) : Clock(text, unit)));

    /// <summary>Units since 1970-01-01T00:00:00.</summary>
    /// <exception cref="FormatException">It is no instant, or none of such a unit.</exception>
    /// <exception cref="OverflowException">It is more than 64 bits hold.</exception>
    public static long Timestamp(ReadOnlySpan<char> text, ParquetTimeUnit unit)
    {
        var t = text.IndexOf('T');
        var midnight = (Int128)Date(text[..Math.Max(t, 0)]) * SecondsPerDay * CalendarText.UnitsPerSecond(unit);
        return checked((long)(midnight + Clock(text[(t + 1)..], unit)));
    }

    /// <summary>The 12 bytes of the deprecated timestamp.</summary>
    /// <exception cref="FormatException">It is no instant.</exception>
    /// <exception cref="OverflowException">It is more than these hold.</exception>
    public static byte[] Int96(ReadOnlySpan<char> text)
    {
        var t = text.IndexOf('T');
        var days = Date(text[..Math.Max(t, 0)]) + CalendarText.JulianEpoch;

        // What days alone do not reach, at the ends of their range, goes to the nanoseconds, which may be more than a day.
        var held = Math.Clamp(days, int.MinValue, int.MaxValue);
        var nanos = Clock(text[(t + 1)..], ParquetTimeUnit.Nanoseconds)
            + ((days - held) * (Int128)SecondsPerDay * CalendarText.UnitsPerSecond(ParquetTimeUnit.Nanoseconds));
        var bytes = new byte[sizeof(long) + sizeof(int)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, checked((long)nanos));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(sizeof(long)), (int)held);
        return bytes;
    }

    /// <summary>The months, days and milliseconds of an interval, each of 4 bytes.</summary>
    /// <exception cref="FormatException">It is none as it is shown.</exception>
    /// <exception cref="OverflowException">It is more than these hold.</exception>
    public static byte[] Interval(string text)
    {
        if (text.Split('P', 'M', 'D', 'T', 'S') is not ["", var months, var days, "", var seconds, ""])
        {
            throw new FormatException("An interval is not of the form P1M1DT1S.");
        }

        var bytes = new byte[3 * sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, uint.Parse(months, CultureInfo.InvariantCulture));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(sizeof(uint)), uint.Parse(days, CultureInfo.InvariantCulture));
        var millis = decimal.Parse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) * 1000;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(2 * sizeof(uint)), (uint)millis);
        return bytes;
    }

    /// <summary>Units since midnight: hours, minutes and seconds, and digits of the second's fraction.</summary>
    private static Int128 Clock(ReadOnlySpan<char> text, ParquetTimeUnit unit)
    {
        text = text.TrimEnd('Z');
        var point = text.IndexOf('.');
        var fraction = point < 0 ? "" : text[(point + 1)..];
        var whole = point < 0 ? text : text[..point];
        var hours = long.Parse(whole[..^6], CultureInfo.InvariantCulture);
        var rest = TimeOnly.ParseExact($"00{whole[^6..]}", "HH:mm:ss", CultureInfo.InvariantCulture);
        var seconds = (hours * (Int128)3600) + (long)rest.ToTimeSpan().TotalSeconds;
        return (seconds * CalendarText.UnitsPerSecond(unit)) + Fraction(fraction, unit);
    }

    private static long Fraction(ReadOnlySpan<char> digits, ParquetTimeUnit unit)
    {
        var wide = $"{digits}".PadRight(9, '0');
        var nanos = long.Parse(wide, NumberStyles.None, CultureInfo.InvariantCulture);
        return nanos / (CalendarText.UnitsPerSecond(ParquetTimeUnit.Nanoseconds) / CalendarText.UnitsPerSecond(unit));
    }
}
