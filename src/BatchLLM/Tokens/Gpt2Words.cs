using static BatchLLM.Tokens.CharacterClasses;

namespace BatchLLM.Tokens;

/// <summary>The words of GPT-2's pre-tokenizer, which ByteLevel applies when use_regex is on.</summary>
internal static class Gpt2Words
{
    /// <summary>The regular expression that <see cref="End"/> reproduces.</summary>
    public const string Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>Where the word that begins at <paramref name="start"/> ends.</summary>
    public static int End(ReadOnlySpan<byte> utf8, int start)
    {
        var contraction = Contractions.Length(utf8[start..]);
        if (contraction > 0)
        {
            return start + contraction;
        }

        var first = utf8[start] == ' ' && start + 1 < utf8.Length ? start + 1 : start;
        var kind = At(utf8, first, out _);
        return kind == CharacterClass.White ? WhiteRuns.End(utf8, start) : EndOfRun(utf8, first, kind);
    }
}
