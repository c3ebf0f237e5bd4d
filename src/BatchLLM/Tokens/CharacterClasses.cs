using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace BatchLLM.Tokens;

/// <summary>
/// Classes of the characters in valid UTF-8. On whole code points, so letters outside the BMP are letters.
/// </summary>
internal static class CharacterClasses
{
    private const int BlockBits = 8;
    private const int BlockSize = 1 << BlockBits;
    private const int CodePoints = 0x110000;

    // Two stages: most blocks of 256 code points are all one class, and equal blocks are kept once.
    private static readonly byte[] BlockOf = new byte[CodePoints >> BlockBits]; // [blocks of code points]
    private static readonly CharacterClass[] Blocks = BuildBlocks(); // [different blocks, 256]

    // [128] most text is ASCII
    private static readonly CharacterClass[] Ascii = Blocks[..128];

    /// <summary>The class of the character at an index, and how many bytes it has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CharacterClass At(ReadOnlySpan<byte> utf8, int index, out int length)
    {
        var first = utf8[index];
        if (first < Ascii.Length)
        {
            length = 1;
            return Ascii[first];
        }

        return Of(Decode(utf8, index, out length));
    }

    /// <summary>True if a character of the class starts at the index; false at the text's end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Is(ReadOnlySpan<byte> utf8, int index, CharacterClass kind) =>
        index < utf8.Length && At(utf8, index, out _) == kind;

    /// <summary>Where a run of a class that may be empty ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int EndOfRun(ReadOnlySpan<byte> utf8, int index, CharacterClass kind)
    {
        var ascii = Ascii;
        index = kind == CharacterClass.Letter ? EndOfAsciiLetters(utf8, index) : index;
        while ((uint)index < (uint)utf8.Length)
        {
            var first = utf8[index];
            if (first < ascii.Length)
            {
                if (ascii[first] != kind)
                {
                    return index;
                }

                index++;
            }
            else if (Of(Decode(utf8, index, out var length)) == kind)
            {
                index += length;
            }
            else
            {
                return index;
            }
        }

        return index;
    }

    /// <summary>
    /// The same, or less, for letters of ASCII: 16 bytes at once, because no branch can foretell where a word ends. Short of the
    /// text's last 16 bytes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int EndOfAsciiLetters(ReadOnlySpan<byte> utf8, int index)
    {
        var passed = Vector128<byte>.Count;
        while (passed == Vector128<byte>.Count && index <= utf8.Length - Vector128<byte>.Count)
        {
            var lower = Vector128.Create(utf8.Slice(index, Vector128<byte>.Count)) | Vector128.Create((byte)0x20);
            var letters = Vector128.LessThan(lower - Vector128.Create((byte)'a'), Vector128.Create((byte)26));
            passed = BitOperations.TrailingZeroCount(~letters.ExtractMostSignificantBits());
            index += passed;
        }

        return index;
    }

    /// <summary>The class of a code point.</summary>
    private static CharacterClass Of(int codePoint) =>
        Blocks[(BlockOf[codePoint >> BlockBits] << BlockBits) | (codePoint & (BlockSize - 1))];

    // By hand: the text is valid, and the framework's decoder checks again what it is.
    private static int Decode(ReadOnlySpan<byte> utf8, int index, out int length)
    {
        int first = utf8[index];
        switch (first)
        {
            case < 0xE0:
                length = 2;
                return ((first & 0x1F) << 6) | (utf8[index + 1] & 0x3F);
            case < 0xF0:
                length = 3;
                return ((first & 0x0F) << 12) | ((utf8[index + 1] & 0x3F) << 6) | (utf8[index + 2] & 0x3F);
            default:
                length = 4;
                return ((first & 0x07) << 18) | ((utf8[index + 1] & 0x3F) << 12) | ((utf8[index + 2] & 0x3F) << 6)
                    | (utf8[index + 3] & 0x3F);
        }
    }

    private static CharacterClass[] BuildBlocks()
    {
        var known = new Dictionary<string, byte>();
        var blocks = new List<CharacterClass>();
        for (var block = 0; block < BlockOf.Length; block++)
        {
            var classes = Enumerable.Range(block << BlockBits, BlockSize).Select(Classify).ToArray();
            var spelled = string.Concat(classes.Select(kind => (char)('0' + (int)kind)));
            if (!known.TryGetValue(spelled, out BlockOf[block]))
            {
                known[spelled] = BlockOf[block] = checked((byte)known.Count);
                blocks.AddRange(classes);
            }
        }

        return [.. blocks];
    }

    private static CharacterClass Classify(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharacterClass.Letter,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber
            or UnicodeCategory.OtherNumber => CharacterClass.Number,
        _ => Rune.IsValid(codePoint) && Rune.IsWhiteSpace(new Rune(codePoint)) ? CharacterClass.White : CharacterClass.Other,
    };
}
