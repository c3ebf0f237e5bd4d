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

    /// <summary><c>\p{P}</c>.</summary>
    public static CodePointSet Punctuation { get; } = FindCategory("P")!;

    /// <summary><c>\d</c>: decimal digits of every script.</summary>
    public static CodePointSet Digit { get; } = FindCategory("Nd")!;

    /// <summary><c>\s</c>: the Unicode property White_Space.</summary>
    public static CodePointSet White { get; } = CodePointSet.Of(
        Enumerable.Range(0, char.MaxValue + 1).Where(point => char.IsWhiteSpace((char)point)));

    /// <summary><c>\w</c>: letters, marks, decimal digits and connectors such as _.</summary>
    public static CodePointSet Word { get; } = Union(["L", "M", "Nd", "Pc"]);

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
