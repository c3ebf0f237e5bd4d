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
