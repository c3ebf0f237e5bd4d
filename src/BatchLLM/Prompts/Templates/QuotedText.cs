using System.Globalization;
using System.Text;

namespace BatchLLM.Prompts.Templates;

/// <summary>Texts in quotes, with Python's escapes.</summary>
internal static class QuotedText
{
    private const string Plain = "'\"\\abfnrtv";
    private const string Meaning = "'\"\\\a\b\f\n\r\t\v";

    /// <summary>The value of the text whose opening quote is at a position.</summary>
    /// <exception cref="BatchLLMException">The text is not closed, or an escape is not supported.</exception>
    public static string Read(string source, int start, int line, out int end)
    {
        var value = new StringBuilder();
        end = start + 1;
        while (end < source.Length && source[end] != source[start])
        {
            if (source[end] == '\\' && end + 1 < source.Length)
            {
                end = ReadEscape(source, end + 1, line, value);
            }
            else
            {
                value.Append(source[end++]);
            }
        }

        return end++ < source.Length
            ? value.ToString()
            : throw TemplateSyntax.Refuse(line, "a text without closing quote", source[start].ToString());
    }

    private static int ReadEscape(string source, int at, int line, StringBuilder value)
    {
        var meaning = Plain.IndexOf(source[at]);
        if (meaning >= 0)
        {
            value.Append(Meaning[meaning]);
            return at + 1;
        }

        switch (source[at])
        {
            case 'x':
                return ReadCode(source, at + 1, 2, line, value);
            case 'u':
                return ReadCode(source, at + 1, 4, line, value);
            case 'U':
                return ReadCode(source, at + 1, 8, line, value);
            case '\n':
                return at + 1;
            case 'N' or (>= '0' and <= '7'):
                throw TemplateSyntax.Refuse(
                    line, $"the escape \\{source[at]}", "\\x, \\u or \\U with hexadecimal digits");
            default:
                value.Append('\\').Append(source[at]);
                return at + 1;
        }
    }

    private static int ReadCode(string source, int at, int digits, int line, StringBuilder value)
    {
        var end = Math.Min(at + digits, source.Length);
        var hexadecimal = source.AsSpan(at..end);
        if (hexadecimal.Length < digits
            || !int.TryParse(hexadecimal, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || code is < 0 or > 0x10FFFF)
        {
            throw TemplateSyntax.Refuse(line, "an escape that is no code point", $"{digits} hexadecimal digits");
        }

        // A half of a surrogate pair may be spelled alone; its other half follows.
        value.Append(code < 0x10000 ? ((char)code).ToString() : char.ConvertFromUtf32(code));
        return end;
    }
}
