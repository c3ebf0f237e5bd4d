using System.Globalization;

namespace BatchLLM.Tokens.Words;

/// <summary>The sets that expressions name: general categories, scripts and the classes made of them.</summary>
internal static class UnicodeSets
{
    private static readonly Dictionary<UnicodeCategory, CodePointSet> Categories = ReadCategories();

    private static readonly Dictionary<string, UnicodeCategory> TwoLetterNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Lu"] = UnicodeCategory.UppercaseLetter,
        ["Ll"] = UnicodeCategory.LowercaseLetter,
        ["Lt"] = UnicodeCategory.TitlecaseLetter,
        ["Lm"] = UnicodeCategory.ModifierLetter,
        ["Lo"] = UnicodeCategory.OtherLetter,
        ["Mn"] = UnicodeCategory.NonSpacingMark,
        ["Mc"] = UnicodeCategory.SpacingCombiningMark,
        ["Me"] = UnicodeCategory.EnclosingMark,
        ["Nd"] = UnicodeCategory.DecimalDigitNumber,
        ["Nl"] = UnicodeCategory.LetterNumber,
        ["No"] = UnicodeCategory.OtherNumber,
        ["Zs"] = UnicodeCategory.SpaceSeparator,
        ["Zl"] = UnicodeCategory.LineSeparator,
        ["Zp"] = UnicodeCategory.ParagraphSeparator,
        ["Cc"] = UnicodeCategory.Control,
        ["Cf"] = UnicodeCategory.Format,
        ["Cs"] = UnicodeCategory.Surrogate,
        ["Co"] = UnicodeCategory.PrivateUse,
        ["Cn"] = UnicodeCategory.OtherNotAssigned,
        ["Pc"] = UnicodeCategory.ConnectorPunctuation,
        ["Pd"] = UnicodeCategory.DashPunctuation,
        ["Ps"] = UnicodeCategory.OpenPunctuation,
        ["Pe"] = UnicodeCategory.ClosePunctuation,
        ["Pi"] = UnicodeCategory.InitialQuotePunctuation,
        ["Pf"] = UnicodeCategory.FinalQuotePunctuation,
        ["Po"] = UnicodeCategory.OtherPunctuation,
        ["Sm"] = UnicodeCategory.MathSymbol,
        ["Sc"] = UnicodeCategory.CurrencySymbol,
        ["Sk"] = UnicodeCategory.ModifierSymbol,
        ["So"] = UnicodeCategory.OtherSymbol,
    };

    /// <summary><c>\p{N}</c>: digits, letter numbers such as roman numerals, and the rest such as fractions.</summary>
    public static CodePointSet Number { get; } = FindCategory("N")!;

    /// <summary><c>\d</c>: decimal digits of every script.</summary>
    public static CodePointSet Digit { get; } = FindCategory("Nd")!;

    /// <summary><c>\s</c>: the Unicode property White_Space.</summary>
    public static CodePointSet White { get; } = CodePointSet.Of(
        Enumerable.Range(0, char.MaxValue + 1).Where(point => char.IsWhiteSpace((char)point)));

    /// <summary>
    /// <c>\w</c>: what is alphabetic (letters, letter numbers, circled letters), marks, decimal digits and connectors
    /// such as _; and the superscripts and fractions of Latin-1, which Oniguruma counts and Unicode does not.
    /// </summary>
    public static CodePointSet Word { get; } = Union(["L", "M", "Nd", "Nl", "Pc"]).Union(new CodePointSet([
        (0x24B6, 0x24E9), (0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F170, 0x1F189),
        (0xB2, 0xB3), (0xB9, 0xB9), (0xBC, 0xBE)]));

    /// <summary>
    /// What the reference's Punctuation splits at: that of ASCII, also what Unicode calls symbols ($ + &lt; = &gt; ^ ` | ~),
    /// and <c>\p{P}</c> as Unicode 8.0 had it.
    /// </summary>
    public static CodePointSet Punctuation { get; } = FindCategory("P")!.Intersect(PunctuationSinceUnicode8().Complement())
        .Union(CodePointSet.Of('$', '+', '<', '=', '>', '^', '`', '|', '~', 0x166D, 0x111C9));

    /// <summary>The line feed, the only line break that anchors and the dot know.</summary>
    public static CodePointSet LineFeed { get; } = CodePointSet.Of('\n');

    /// <summary>The set of a general category or a script by its name; null if it is not known.</summary>
    public static CodePointSet? FindProperty(string name) => FindCategory(name) ?? Scripts.Find(name);

    private static CodePointSet? FindCategory(string name)
    {
        if (TwoLetterNames.TryGetValue(name, out var category))
        {
            return Categories.GetValueOrDefault(category, CodePointSet.None);
        }

        var members = TwoLetterNames.Keys.Where(key => key[..1].Equals(name, StringComparison.OrdinalIgnoreCase)).ToArray();
        return members.Length == 0 ? null : Union(members);
    }

    // Found by asking the reference about every code point. U+10ED0 is of Unicode 17, for a .NET that knows it.
    private static CodePointSet PunctuationSinceUnicode8() => new([
        (0x61D, 0x61D), (0x9FD, 0x9FD), (0xA76, 0xA76), (0xC77, 0xC77), (0xC84, 0xC84), (0x1B4E, 0x1B4F), (0x1B7D, 0x1B7F),
        (0x2E43, 0x2E4F), (0x2E52, 0x2E5D), (0x10D6E, 0x10D6E), (0x10EAD, 0x10EAD), (0x10ED0, 0x10ED0), (0x10F55, 0x10F59),
        (0x10F86, 0x10F89), (0x113D4, 0x113D5), (0x113D7, 0x113D8), (0x1144B, 0x1144F), (0x1145A, 0x1145B),
        (0x1145D, 0x1145D), (0x11660, 0x1166C), (0x116B9, 0x116B9), (0x1183B, 0x1183B), (0x11944, 0x11946),
        (0x119E2, 0x119E2), (0x11A3F, 0x11A46), (0x11A9A, 0x11A9C), (0x11A9E, 0x11AA2), (0x11B00, 0x11B09),
        (0x11BE1, 0x11BE1), (0x11C41, 0x11C45), (0x11C70, 0x11C71), (0x11EF7, 0x11EF8), (0x11F43, 0x11F4F),
        (0x11FFF, 0x11FFF), (0x12FF1, 0x12FF2), (0x16D6D, 0x16D6F), (0x16E97, 0x16E9A), (0x16FE2, 0x16FE2),
        (0x1E5FF, 0x1E5FF), (0x1E95E, 0x1E95F)]);

    private static CodePointSet Union(IEnumerable<string> names) =>
        names.Aggregate(CodePointSet.None, (union, name) => union.Union(FindCategory(name)!));

    private static Dictionary<UnicodeCategory, CodePointSet> ReadCategories()
    {
        var ranges = new Dictionary<UnicodeCategory, List<(int First, int Last)>>();
        for (var first = 0; first < CodePointSet.End;)
        {
            var category = CharUnicodeInfo.GetUnicodeCategory(first);
            var end = first + 1;
            while (end < CodePointSet.End && CharUnicodeInfo.GetUnicodeCategory(end) == category)
            {
                end++;
            }

            (ranges.TryGetValue(category, out var known) ? known : ranges[category] = []).Add((first, end - 1));
            first = end;
        }

        return ranges.ToDictionary(entry => entry.Key, entry => new CodePointSet(entry.Value));
    }
}
