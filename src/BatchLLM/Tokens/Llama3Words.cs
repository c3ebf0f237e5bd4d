using static BatchLLM.Tokens.CharacterClasses;

namespace BatchLLM.Tokens;

/// <summary>The words of Llama 3's pre-tokenizer.</summary>
/// <remarks>
/// Written by hand because .NET's engine matches UTF-16 units: letters outside the BMP are no \p{L} to it.
/// </remarks>
internal static class Llama3Words
{
    /// <summary>The regular expression that <see cref="End"/> reproduces, as tokenizer.json spells it.</summary>
    public const string Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
        + @"|\s+(?!\S)|\s+";

    /// <summary>Where the word that begins at <paramref name="start"/> ends.</summary>
    public static int End(ReadOnlySpan<byte> utf8, int start)
    {
        // Nearly every word of prose is a space and letters.
        if (utf8[start] == ' ' && start + 1 < utf8.Length && char.IsAsciiLetter((char)utf8[start + 1]))
        {
            return EndOfRun(utf8, start + 1, CharacterClass.Letter);
        }

        var kind = At(utf8, start, out var length);
        return kind switch
        {
            CharacterClass.Letter => EndOfRun(utf8, start + length, CharacterClass.Letter),
            CharacterClass.Number => EndOfNumber(utf8, start + length),
            CharacterClass.White => EndAfterWhite(utf8, start, length),
            _ => EndAfterOther(utf8, start, length),
        };
    }

    private static int EndOfNumber(ReadOnlySpan<byte> utf8, int index)
    {
        for (var digits = 1; digits < 3 && index < utf8.Length; digits++)
        {
            if (At(utf8, index, out var length) != CharacterClass.Number)
            {
                break;
            }

            index += length;
        }

        return index;
    }

    private static int EndAfterOther(ReadOnlySpan<byte> utf8, int start, int length)
    {
        var contraction = Contractions.LengthIgnoringCase(utf8[start..]);
        if (contraction > 0)
        {
            return start + contraction;
        }

        return Is(utf8, start + length, CharacterClass.Letter)
            ? EndOfRun(utf8, start + length, CharacterClass.Letter)
            : EndOfSymbols(utf8, start);
    }

    private static int EndAfterWhite(ReadOnlySpan<byte> utf8, int start, int length)
    {
        if (!IsLineBreak(utf8[start]) && Is(utf8, start + length, CharacterClass.Letter))
        {
            return EndOfRun(utf8, start + length, CharacterClass.Letter);
        }

        if (utf8[start] == ' ' && Is(utf8, start + 1, CharacterClass.Other))
        {
            return EndOfSymbols(utf8, start + 1);
        }

        var lineBreak = WhiteRuns.EndOfLastLineBreak(utf8, start);
        return lineBreak > start ? lineBreak : WhiteRuns.End(utf8, start);
    }

    private static int EndOfSymbols(ReadOnlySpan<byte> utf8, int index)
    {
        index = EndOfRun(utf8, index, CharacterClass.Other);
        while (index < utf8.Length && IsLineBreak(utf8[index]))
        {
            index++;
        }

        return index;
    }

    private static bool IsLineBreak(byte value) => value is (byte)'\r' or (byte)'\n';
}
