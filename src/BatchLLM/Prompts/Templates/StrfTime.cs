using System.Globalization;
using System.Text;

namespace BatchLLM.Prompts.Templates;

/// <summary>Dates by C's format directives, in English.</summary>
internal static class StrfTime
{
    /// <summary>The date as a format spells it.</summary>
    /// <exception cref="TemplateException">The format holds a directive that is not supported.</exception>
    public static string Format(DateTime date, string format)
    {
        var result = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                result.Append(format[i]);
                continue;
            }

            var isShort = i + 2 < format.Length && format[i + 1] == '-';
            i += isShort ? 2 : 1;
            var part = (i < format.Length ? Directive(date, format[i]) : null)
                ?? throw new TemplateException("it formats the date in a way that is not supported");
            result.Append(isShort && part.Length > 1 ? part.TrimStart('0') : part);
        }

        return result.ToString();
    }

    private static string? Directive(DateTime date, char directive)
    {
        var pattern = directive switch
        {
            'd' => "dd",
            'm' => "MM",
            'Y' => "yyyy",
            'y' => "yy",
            'b' => "MMM",
            'B' => "MMMM",
            'a' => "ddd",
            'A' => "dddd",
            'H' => "HH",
            'I' => "hh",
            'M' => "mm",
            'S' => "ss",
            'p' => "tt",
            'F' => "yyyy-MM-dd",
            'T' => "HH:mm:ss",
            _ => null,
        };
        return directive switch
        {
            '%' => "%",
            'j' => date.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
            _ => pattern is null ? null : date.ToString(pattern, CultureInfo.InvariantCulture),
        };
    }
}
