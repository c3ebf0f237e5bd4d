namespace BatchLLM.Tokens;

/// <summary>English contractions, which both pre-tokenizers cut off: <c>'s|'t|'re|'ve|'m|'ll|'d</c>.</summary>
internal static class Contractions
{
    /// <summary>The bytes of the contraction at the text's start, lower case only; 0 if there is none.</summary>
    public static int Length(ReadOnlySpan<byte> utf8) =>
        utf8.Length < 2 || utf8[0] != '\'' ? 0 : LengthOf(utf8[1], utf8.Length > 2 ? utf8[2] : (byte)0);

    /// <summary>
    /// The same in any case. Unicode's case folding makes U+017F an s, and the reference engine (Oniguruma) follows it.
    /// </summary>
    public static int LengthIgnoringCase(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length < 2 || utf8[0] != '\'')
        {
            return 0;
        }

        return utf8[1..].StartsWith("\u017F"u8)
            ? 3
            : LengthOf(Lower(utf8[1]), utf8.Length > 2 ? Lower(utf8[2]) : (byte)0);
    }

    private static int LengthOf(byte first, byte second) => (first, second) switch
    {
        ((byte)'s' or (byte)'t' or (byte)'m' or (byte)'d', _) => 2,
        ((byte)'r', (byte)'e') or ((byte)'v', (byte)'e') or ((byte)'l', (byte)'l') => 3,
        _ => 0,
    };

    private static byte Lower(byte value) => value is >= (byte)'A' and <= (byte)'Z' ? (byte)(value | 0x20) : value;
}
