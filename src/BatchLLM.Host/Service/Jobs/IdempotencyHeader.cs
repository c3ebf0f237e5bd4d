using System.Text;

namespace BatchLLM.Host.Service.Jobs;

/// <summary>
/// The key of draft-ietf-httpapi-idempotency-key-header: a string of structured fields (RFC 9651, section 3.3.3). Without its
/// quotes it is taken too, as most clients send it.
/// </summary>
internal static class IdempotencyHeader
{
    /// <summary>The header's name.</summary>
    public const string Name = "Idempotency-Key";

    private const int Longest = 255;

    /// <summary>The key that a header's value is; null if it is none.</summary>
    public static string? Read(string? header)
    {
        var key = header?.StartsWith('"') == true ? Unquote(header) : header;
        return key is { Length: > 0 and <= Longest } && key.All(letter => letter is >= ' ' and <= '~') ? key : null;
    }

    /// <summary>What is said of a header that holds none.</summary>
    public static string Problem =>
        $"{Name} is not a key; expected 1 to {Longest} printable ASCII characters, for example a UUID in double quotes.";

    private static string? Unquote(string text)
    {
        var key = new StringBuilder(text.Length);
        for (var at = 1; at < text.Length; at++)
        {
            if (text[at] == '"')
            {
                return at == text.Length - 1 ? key.ToString() : null;
            }

            if (text[at] == '\\' && text[++at..] is not ['"' or '\\', ..])
            {
                return null;
            }

            key.Append(text[at]);
        }

        return null;
    }
}
