using System.Globalization;
using System.Text;

namespace BatchLLM.Tokens;

/// <summary>
/// Classes of the characters in valid UTF-8. On whole code points, so letters outside the BMP are letters.
/// </summary>
internal static class CharacterClasses
{
    // [128] most text is ASCII
    private static readonly CharacterClass[] Ascii =
        [.. Enumerable.Range(0, 128).Select(value => Classify(new Rune(value)))];

    /// <summary>The class of the character at an index, and how many bytes it has.</summary>
    public static CharacterClass At(ReadOnlySpan<byte> utf8, int index, out int length)
    {
        if (utf8[index] < Ascii.Length)
        {
            length = 1;
            return Ascii[utf8[index]];
        }

        Rune.DecodeFromUtf8(utf8[index..], out var rune, out length);
        return Classify(rune);
    }

    /// <summary>True if a character of the class starts at the index; false at the text's end.</summary>
    public static bool Is(ReadOnlySpan<byte> utf8, int index, CharacterClass kind) =>
        index < utf8.Length && At(utf8, index, out _) == kind;

    /// <summary>Where a run of a class that may be empty ends.</summary>
    public static int EndOfRun(ReadOnlySpan<byte> utf8, int index, CharacterClass kind)
    {
        while (index < utf8.Length && At(utf8, index, out var length) == kind)
        {
            index += length;
        }

        return index;
    }

    private static CharacterClass Classify(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharacterClass.Letter,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber
            or UnicodeCategory.OtherNumber => CharacterClass.Number,
        _ => Rune.IsWhiteSpace(rune) ? CharacterClass.White : CharacterClass.Other,
    };
}
