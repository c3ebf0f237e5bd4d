using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace BatchLLM.Tokens;

/// <summary>What normalizers do to text, as the reference does it whatever the user's culture.</summary>
internal static class TextNormalizers
{
    /// <summary>
    /// False where the runtime takes all text for normalized, which it does without a word in invariant mode.
    /// </summary>
    public static bool HasUnicodeData { get; } = "e\u0301".Normalize(NormalizationForm.FormC) == "\u00e9";

    /// <summary>A Unicode normalization form; unpaired surrogates become U+FFFD.</summary>
    public static string ToForm(string text, NormalizationForm form) => Ascii.IsValid(text) ? text : Valid(text).Normalize(form);

    /// <summary>Lower case character by character: no final sigma, one exception with two characters.</summary>
    public static string Lowercase(string text) =>
        text.Replace("\u0130", "i\u0307", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>The text without its marks.</summary>
    public static string StripAccents(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark))
            {
                kept.Append(rune.ToString());
            }
        }

        return kept.ToString();
    }

    /// <summary>
    /// An expression that reads the same here and in the reference, and takes time linear in any text.
    /// </summary>
    /// <exception cref="BatchLLMException">It is no such expression.</exception>
    public static Regex Linear(JsonPart section)
    {
        const string Expected = "a simple expression: literal characters, classes of them, \\s, groups, | and repetition";
        var pattern = section.Text();
        if (pattern.Length == 0 || pattern.Contains('.', StringComparison.Ordinal) || NegatesOrEscapes(pattern))
        {
            throw section.Refuse(Expected);
        }

        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw section.Refuse(Expected);
        }
    }

    // What would match half of a character here, or differs between the two expression languages.
    private static bool NegatesOrEscapes(string pattern) =>
        pattern.Contains("[^", StringComparison.Ordinal)
        || Enumerable.Range(0, pattern.Length - 1).Any(at => pattern[at] == '\\'
            && char.IsAsciiLetterOrDigit(pattern[at + 1]) && pattern[at + 1] is not ('s' or 'n' or 'r' or 't'));

    private static string Valid(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
