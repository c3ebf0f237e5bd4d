using System.Globalization;
using System.Text;

namespace BatchLLM.Tokens;

/// <summary>Finds the added tokens of one kind in a text, never touching what is user data.</summary>
/// <remarks>Source: the added vocabulary of the format's own library, whose order of steps decides odd cases.</remarks>
internal sealed class AddedTokenMatcher(AddedTokenTrie trie)
{
    /// <summary>True if no text holds a match.</summary>
    public bool FindsNothing(string text) => !trie.TryFind(text, 0, text.Length, out _);

    /// <summary>
    /// The matches, ascending, with the white space that belongs to them. A token lies wholly outside the literal
    /// spans; white space that it takes may lie in them, so that a span's border alone changes no ids.
    /// </summary>
    /// <param name="text">Where to look.</param>
    /// <param name="literals">Ascending, disjoint spans of user data in the text.</param>
    public List<AddedTokenMatch> Find(string text, IReadOnlyList<TextSpan> literals)
    {
        var matches = new List<AddedTokenMatch>();
        var open = 0;
        for (var index = 0; index < literals.Count; index++)
        {
            FindBetween(text, open, literals[index].Start, matches);
            open = literals[index].Start + literals[index].Length;
        }

        FindBetween(text, open, text.Length, matches);
        return matches;
    }

    private void FindBetween(string text, int start, int end, List<AddedTokenMatch> matches)
    {
        while (trie.TryFind(text, start, end, out var match))
        {
            // Behind the token, not behind its white space: another token may begin with that.
            start = match.End;
            if (!match.Token.IsSingleWord || IsAlone(text, match))
            {
                matches.Add(WithSpace(text, match, matches is [.., var last] ? last.End : 0));
            }
        }
    }

    private static AddedTokenMatch WithSpace(string text, AddedTokenMatch match, int earliest)
    {
        var (start, end) = (match.Start, match.End);
        while (match.Token.TakesSpaceBefore && start > earliest && char.IsWhiteSpace(text[start - 1]))
        {
            start--;
        }

        while (match.Token.TakesSpaceAfter && end < text.Length && char.IsWhiteSpace(text[end]))
        {
            end++;
        }

        return match with { Start = start, End = end };
    }

    private static bool IsAlone(string text, AddedTokenMatch match) =>
        !(Rune.DecodeLastFromUtf16(text.AsSpan(0, match.Start), out var before, out _) == 0 && IsWordPart(before))
        && !(Rune.DecodeFromUtf16(text.AsSpan(match.End), out var after, out _) == 0 && IsWordPart(after));

    // \w of Unicode's regular expressions: alphabetic, marks, decimal digits, connectors and joiners.
    private static bool IsWordPart(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation => true,
        _ => rune.Value is 0x200C or 0x200D or (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149)
            or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189),
    };
}
