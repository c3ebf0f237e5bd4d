using System.Globalization;
using System.Text;
using System.Text.Json;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Jsonl;

/// <summary>Chooses what a JSON number becomes, so that writing it again gives the same number.</summary>
internal static class JsonNumber
{
    // A decimal of up to 15 digits survives the way to a double and back (DBL_DIG, C11 5.2.4.2.2).
    private const int SafeDigits = 15;

    /// <summary>An integer if it fits 64 bits; a double if that loses nothing; else the digits as they stand.</summary>
    public static RowValue Read(ref readonly Utf8JsonReader reader)
    {
        var digits = reader.ValueSpan;
        if (reader.TryGetInt64(out var integer) && (integer != 0 || digits[0] != '-'))
        {
            return RowValue.FromInteger(integer);
        }

        return reader.TryGetDouble(out var number) && IsExact(digits, number)
            ? RowValue.FromNumber(number)
            : RowValue.FromJson(Encoding.ASCII.GetString(digits));
    }

    private static bool IsExact(ReadOnlySpan<byte> literal, double number)
    {
        if (number != 0 && !double.IsNormal(number))
        {
            return false;
        }

        return number == 0 ? SignificantDigits(literal) == 0
            : SignificantDigits(literal) <= SafeDigits || IsShortestForm(literal, number);
    }

    private static bool IsShortestForm(ReadOnlySpan<byte> literal, double number)
    {
        Span<byte> shortest = stackalloc byte[32];
        return number.TryFormat(shortest, out var length, "R", CultureInfo.InvariantCulture)
            && literal.SequenceEqual(shortest[..length]);
    }

    private static int SignificantDigits(ReadOnlySpan<byte> literal)
    {
        var exponent = literal.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = (exponent < 0 ? literal : literal[..exponent]).Trim("-0."u8);
        return mantissa.Contains((byte)'.') ? mantissa.Length - 1 : mantissa.Length;
    }
}
