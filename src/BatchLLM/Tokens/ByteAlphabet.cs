namespace BatchLLM.Tokens;

/// <summary>
/// The printable alphabet in which byte-level vocabularies spell bytes: 33-126, 161-172 and 174-255 stand for
/// themselves, the other 68 bytes in ascending order are U+0100 to U+0143.
/// </summary>
/// <remarks>Source: GPT-2's byte encoder; the ByteLevel part of tokenizer.json.</remarks>
internal static class ByteAlphabet
{
    // [324] character -> byte, or -1 for the characters that spell nothing
    private static readonly short[] Bytes = BuildBytes();

    // [256] byte -> character
    private static readonly int[] Letters = [.. Enumerable.Range(0, 256).Select(value => Array.IndexOf(Bytes, (short)value))];

    /// <summary>The character that spells a byte.</summary>
    public static int LetterOf(byte value) => Letters[value];

    /// <summary>The byte that a character of the alphabet spells.</summary>
    public static byte ByteOf(int letter) => (byte)Bytes[letter];

    /// <summary>
    /// The bytes that a vocabulary entry spells, or null if it holds a character outside the alphabet.
    /// </summary>
    public static byte[]? TryDecode(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            var value = token[i] < Bytes.Length ? Bytes[token[i]] : (short)-1;
            if (value < 0)
            {
                return null;
            }

            bytes[i] = (byte)value;
        }

        return bytes;
    }

    private static short[] BuildBytes()
    {
        var bytes = new short[0x144];
        Array.Fill(bytes, (short)-1);
        var next = 0x100;
        for (var value = 0; value < 256; value++)
        {
            bytes[IsPrintable(value) ? value : next++] = (short)value;
        }

        return bytes;
    }

    private static bool IsPrintable(int value) => value is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174;
}
