using System.Globalization;
using System.Numerics;

namespace BatchLLM.Parquet.Values;

/// <summary>Decimal numbers as text, exactly.</summary>
internal static class DecimalText
{
    /// <summary>
    /// More than the largest precision needs; conversion to digits takes time with the square of the size.
    /// </summary>
    public const int MaxBytes = 512;

    /// <summary>Puts the point where the scale says; always at least one digit before it.</summary>
    public static string Show(BigInteger unscaled, int scale)
    {
        var digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var sign = unscaled.Sign < 0 ? "-" : "";
        return scale == 0 ? sign + digits : $"{sign}{digits[..^scale]}.{digits[^scale..]}";
    }
}
