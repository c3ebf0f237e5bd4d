using System.Globalization;
using System.Text;

namespace BatchLLM.Tokens;

/// <summary>How the tokens of a vocabulary of characters become text.</summary>
/// <param name="Replacements">Done to each token in order.</param>
/// <param name="BytesFallBack">True if a token spelled &lt;0xHH&gt; is that byte.</param>
/// <param name="AddedSpaces">Most spaces dropped from the first token of a text.</param>
internal sealed record TokenDecoding(
    IReadOnlyList<KeyValuePair<string, string>> Replacements, bool BytesFallBack, int AddedSpaces)
{
    /// <summary>A token's text as UTF-8, or its one byte.</summary>
    public byte[] Decode(string token)
    {
        var text = Replace(token);
        return ByteOf(text) is { } value ? [value] : Encoding.UTF8.GetBytes(text);
    }

    /// <summary>True if the token is a byte, which may be part of a character.</summary>
    public bool IsByte(string token) => ByteOf(Replace(token)) is not null;

    /// <summary>The byte that a token spells as &lt;0xHH&gt;, or null.</summary>
    public static byte? SpelledByte(string token) =>
        token is ['<', '0', 'x', var high, var low, '>'] && char.IsAsciiHexDigit(high) && char.IsAsciiHexDigit(low)
            ? byte.Parse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : null;

    private byte? ByteOf(string text) => BytesFallBack ? SpelledByte(text) : null;

    private string Replace(string token) => Replacements.Aggregate(
        token, (text, pair) => text.Replace(pair.Key, pair.Value, StringComparison.Ordinal));
}
