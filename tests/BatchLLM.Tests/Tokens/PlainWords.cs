using System.Text;
using System.Text.RegularExpressions;

namespace BatchLLM.Tests.Tokens;

/// <summary>
/// The pre-tokenizers' expressions run by .NET's own engine, over one UTF-16 unit per code point: each character is
/// first replaced by a stand-in of the same class, and the cuts are carried back.
/// </summary>
internal static partial class PlainWords
{
    public static IEnumerable<string> Split(string text, bool isLlama3)
    {
        var runes = text.EnumerateRunes().ToArray();
        var standIns = string.Concat(runes.Select(StandIn));
        foreach (Match match in (isLlama3 ? Llama3() : Gpt2()).Matches(standIns))
        {
            yield return string.Concat(runes.Skip(match.Index).Take(match.Length));
        }
    }

    private static char StandIn(Rune rune) => rune switch
    {
        { Value: < 128 or 0x17F or 0x85 } => (char)rune.Value,
        _ when Rune.IsLetter(rune) => 'x',
        _ when Rune.IsNumber(rune) => '0',
        _ when Rune.IsWhiteSpace(rune) => '\t',
        _ => '#',
    };

    // .NET folds no U+017F, hence the second form of s.
    [GeneratedRegex(
        @"(?:'[sSſ]|(?i:'t|'re|'ve|'m|'ll|'d))|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
        + @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        RegexOptions.CultureInvariant)]
    private static partial Regex Llama3();

    [GeneratedRegex(
        @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Gpt2();
}
