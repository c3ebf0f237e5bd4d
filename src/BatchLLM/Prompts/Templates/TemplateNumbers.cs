using System.Globalization;

namespace BatchLLM.Prompts.Templates;

/// <summary>The filters that make numbers.</summary>
internal static class TemplateNumbers
{
    // What a double can be cast to without overflow.
    private const double MostInteger = 1L << 62;

    /// <summary>A whole number, rounded towards zero; the default, or 0, if the value is no number.</summary>
    public static object? ToInteger(object? value, object? otherwise) => value switch
    {
        long => value,
        bool truth => truth ? 1L : 0L,
        double number when Math.Abs(number) < MostInteger => (long)number,
        TemplateString text when long.TryParse(text.Text, CultureInfo.InvariantCulture, out var integer) => integer,
        _ => otherwise is Undefined ? 0L : otherwise,
    };

    /// <summary>A number; the default, or 0.0, if the value is none.</summary>
    public static object? ToNumber(object? value, object? otherwise) => value switch
    {
        _ when TemplateValues.TryNumber(value, out var number) => number,
        TemplateString text when double.TryParse(text.Text, CultureInfo.InvariantCulture, out var number) => number,
        _ => otherwise is Undefined ? 0.0 : otherwise,
    };

    /// <summary>A number without its sign.</summary>
    /// <exception cref="TemplateException">The value is no number.</exception>
    public static object Absolute(object? value) => value switch
    {
        long and not long.MinValue and var integer => (object)Math.Abs(integer), // not a double by the switch
        double number => Math.Abs(number),
        _ => throw new TemplateException($"it takes {TemplateValues.Describe(value)} without its sign"),
    };
}
