using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BatchLLM.Blobs.Jsonl;

/// <summary>
/// Writes text as JSON with nothing escaped but what JSON demands. The relaxed encoder of System.Text.Json still turns
/// every character beyond the first 65,536, each emoji, into twelve characters of escapes.
/// </summary>
internal static class JsonText
{
    // RFC 8259, section 7: quotation mark, reverse solidus, and the control characters.
    private static readonly SearchValues<char> MustEscape =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(i => (char)i), '"', '\\']);

    /// <summary>Writes text or null. Half of a surrogate pair becomes U+FFFD.</summary>
    public static void Write(Utf8JsonWriter json, string? text)
    {
        if (text is null || !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            json.WriteStringValue(text);
            return;
        }

        var literal = new StringBuilder(text.Length + 16).Append('"');
        AppendEscaped(literal, text);
        json.WriteRawValue(Encoding.UTF8.GetBytes(literal.Append('"').ToString()), skipInputValidation: true);
    }

    private static void AppendEscaped(StringBuilder literal, ReadOnlySpan<char> text)
    {
        while (text.IndexOfAny(MustEscape) is var special and >= 0)
        {
            literal.Append(text[..special]);
            AppendEscape(literal, text[special]);
            text = text[(special + 1)..];
        }

        literal.Append(text);
    }

    private static void AppendEscape(StringBuilder literal, char character)
    {
        switch (character)
        {
            case '"' or '\\':
                literal.Append('\\').Append(character);
                break;
            case '\n':
                literal.Append("\\n");
                break;
            case '\r':
                literal.Append("\\r");
                break;
            case '\t':
                literal.Append("\\t");
                break;
            default:
                literal.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
                break;
        }
    }
}
