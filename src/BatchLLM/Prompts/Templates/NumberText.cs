using System.Globalization;

namespace BatchLLM.Prompts.Templates;

/// <summary>Doubles as Python prints them: the shortest digits, and an exponent only for the very large and small.</summary>
internal static class NumberText
{
    private const int LeastExponent = -4;
    private const int EndOfPlain = 16;

    /// <summary>The text of a number.</summary>
    public static string Of(double number)
    {
        if (!double.IsFinite(number))
        {
            return double.IsNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
        }

        var text = number.ToString("E16", CultureInfo.InvariantCulture);
        var exponent = int.Parse(text.AsSpan(text.IndexOf('E') + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return exponent is >= LeastExponent and < EndOfPlain ? Plain(number) : WithExponent(number);
    }

    private static string Plain(double number)
    {
        // Decimal digits in full: "R" would use an exponent from 1E15 on.
        var text = number.ToString("0.0###################", CultureInfo.InvariantCulture);
        return double.Parse(text, CultureInfo.InvariantCulture) == number ? text : number.ToString("R", CultureInfo.InvariantCulture);
    }

    private static string WithExponent(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        var at = text.IndexOf('E');
        return at < 0 ? text : $"{text.AsSpan(0, at)}e{text.AsSpan(at + 1)}";
    }
}
